package scenario

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// maxSize bounds a scenario file. It keeps the parser's recursion harmless too.
const maxSize = 32 << 10

// maxFields bounds the entries of a map, which keeps merge keys cheap.
const maxFields = 256

// source is where nodes come from, for messages.
type source struct {
	what  string // "scenario", "--set", …
	file  string
	lines []string
	whole bool // the text is the file name (--set): no line numbers
}

func newSource(what, file string, text []byte) *source {
	return &source{what: what, file: file, lines: strings.Split(string(text), "\n")}
}

// fail is an error at a line and column; 0 where it has none.
func (s *source) fail(line, column int, found, want string) *Error {
	e := &Error{Source: s.what, File: s.file, Found: oneLine.Replace(found), Want: oneLine.Replace(want)}
	if s.whole || line < 1 || line > len(s.lines) {
		return e
	}
	e.Line, e.Column = line, column
	e.Text = strings.TrimRight(s.lines[line-1], "\r")
	return e
}

// oneLine keeps what a scenario says on the line of its error.
var oneLine = strings.NewReplacer("\n", `\n`, "\r", `\r`)

// nodeKind is the shape of a value.
type nodeKind uint8

const (
	_ nodeKind = iota
	nullNode
	boolNode
	intNode
	floatNode
	textNode
	listNode
	mapNode
)

// node is a value of a file with its place: a YAML tree in which anchors, aliases
// and merge keys are resolved and every mapping has distinct names.
type node struct {
	kind         nodeKind
	text         string // of a scalar, as written but without quotes
	items        []*node
	fields       []field
	src          *source
	line, column int
}

// field is an entry of a map.
type field struct {
	name   string
	place  *node // of the name
	value  *node
	merged bool // came by a merge key (<<): an entry of the map itself wins
}

// fail is an error at this value.
func (n *node) fail(found, want string) *Error { return n.src.fail(n.line, n.column, found, want) }

// wants is the error that this value is not what is wanted.
func (n *node) wants(want string) *Error { return n.fail(n.describe(), want) }

// describe is the value in words, as "found" needs it.
func (n *node) describe() string {
	switch n.kind {
	case nullNode:
		return "nothing"
	case boolNode:
		return fmt.Sprintf("%s (a yes or no)", n.text)
	case intNode, floatNode:
		return fmt.Sprintf("%s (a number)", n.text)
	case listNode:
		return "a list"
	case mapNode:
		return "a map"
	default:
		return fmt.Sprintf("%q", shorten(n.text))
	}
}

func shorten(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:39]) + "…"
	}
	return s
}

// parseYAML reads one document. The result is nil when there is nothing in it.
func parseYAML(src *source, text []byte) (root *node, err *Error) {
	if len(text) > maxSize {
		return nil, src.fail(0, 0, fmt.Sprintf("more than %d KiB", maxSize>>10), "a scenario file, which takes a few lines of YAML")
	}
	text = []byte(strings.TrimPrefix(string(text), "\uFEFF"))
	for i, line := 0, 1; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		if r == 0 || r == utf8.RuneError && size == 1 {
			return nil, src.fail(line, 0, fmt.Sprintf("binary data (byte 0x%02x at offset %d)", text[i], i), "YAML in UTF-8")
		}
		if r == '\n' {
			line++
		}
		i += size
	}
	// The parser is not ours; whatever it stumbles over is a mistake in the file.
	defer func() {
		if r := recover(); r != nil {
			root, err = nil, src.fail(0, 0, fmt.Sprintf("YAML that the parser cannot read (%v)", r), "plain YAML")
		}
	}()
	file, e := parser.ParseBytes(text, 0, parser.AllowDuplicateMapKey())
	if e != nil {
		return nil, syntaxError(src, e)
	}
	var docs []ast.Node
	for _, d := range file.Docs {
		if d.Body != nil {
			docs = append(docs, d.Body)
		}
	}
	if len(docs) == 0 {
		return nil, nil
	}
	c := converter{src: src, anchors: map[string]*node{}}
	if len(docs) > 1 {
		n := c.at(docs[1], textNode)
		return nil, n.fail("a second document", "one scenario in a file")
	}
	return c.convert(docs[0])
}

// syntaxError takes the parser's error apart.
func syntaxError(src *source, e error) *Error {
	const want = "valid YAML"
	var at yaml.Error
	if !errors.As(e, &at) {
		return src.fail(0, 0, e.Error(), want)
	}
	line, column := position(at.GetToken())
	return src.fail(line, column, fmt.Sprintf("bad YAML (%s)", printable(at.GetMessage())), want)
}

func position(t *token.Token) (line, column int) {
	if t == nil || t.Position == nil {
		return 0, 0
	}
	return t.Position.Line, t.Position.Column
}

// converter makes nodes of the parser's tree.
type converter struct {
	src     *source
	anchors map[string]*node
}

func (c *converter) at(n ast.Node, kind nodeKind) *node {
	line, column := position(n.GetToken())
	return &node{kind: kind, src: c.src, line: line, column: column}
}

func (c *converter) scalar(n ast.Node, kind nodeKind, text string) (*node, *Error) {
	s := c.at(n, kind)
	s.text = text
	return s, nil
}

func (c *converter) convert(n ast.Node) (*node, *Error) {
	switch n := n.(type) {
	case nil:
		return &node{kind: nullNode, src: c.src}, nil
	case *ast.NullNode:
		return c.at(n, nullNode), nil
	case *ast.BoolNode:
		return c.scalar(n, boolNode, n.Token.Value)
	case *ast.IntegerNode:
		return c.scalar(n, intNode, n.Token.Value)
	case *ast.FloatNode:
		return c.scalar(n, floatNode, n.Token.Value)
	case *ast.InfinityNode, *ast.NanNode:
		return c.scalar(n, floatNode, n.GetToken().Value)
	case *ast.StringNode:
		return c.scalar(n, textNode, n.Value)
	case *ast.LiteralNode:
		return c.scalar(n, textNode, strings.TrimSpace(n.Value.Value))
	case *ast.SequenceNode:
		list := c.at(n, listNode)
		for _, v := range n.Values {
			item, err := c.convert(v)
			if err != nil {
				return nil, err
			}
			list.items = append(list.items, item)
		}
		return list, nil
	case *ast.MappingNode:
		return c.mapping(n, n.Values)
	case *ast.MappingValueNode:
		return c.mapping(n, []*ast.MappingValueNode{n})
	case *ast.AnchorNode:
		v, err := c.convert(n.Value)
		if err == nil {
			c.anchors[n.Name.GetToken().Value] = v // after the value: it cannot contain itself
		}
		return v, err
	case *ast.AliasNode:
		name := n.Value.GetToken().Value
		if v, ok := c.anchors[name]; ok {
			return v, nil
		}
		return nil, c.at(n, textNode).fail(fmt.Sprintf("alias *%s", name), fmt.Sprintf("an anchor &%s before it", name))
	case *ast.TagNode:
		return nil, c.at(n, textNode).fail(fmt.Sprintf("a tag (%s)", shorten(n.Start.Value)), "a plain value")
	default:
		return nil, c.at(n, textNode).fail(fmt.Sprintf("YAML of a kind that scenarios do not use (%s)", n.Type()), "maps, lists and plain values")
	}
}

func (c *converter) mapping(n ast.Node, values []*ast.MappingValueNode) (*node, *Error) {
	m := c.at(n, mapNode)
	if len(values) > 0 && len(m.src.lines) > 0 {
		// The parser's token of a block mapping is its first colon.
		first := c.at(values[0].Key, mapNode)
		m.line, m.column = first.line, first.column
	}
	for _, v := range values {
		value, err := c.convert(v.Value)
		if err != nil {
			return nil, err
		}
		if value.line == 0 {
			value.line, value.column = position(v.Key.GetToken())
		}
		if v.Key.IsMergeKey() {
			if err := m.merge(value); err != nil {
				return nil, err
			}
			continue
		}
		name, err := c.name(v.Key)
		if err != nil {
			return nil, err
		}
		if err := m.add(field{name: name.text, place: name, value: value}); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// name is the key of an entry: a text or a number.
func (c *converter) name(key ast.Node) (*node, *Error) {
	n, err := c.convert(key)
	if err == nil && (n.kind == nullNode || n.kind == listNode || n.kind == mapNode) {
		err = n.fail(n.describe()+" as a key", "a name")
	}
	return n, err
}

// add puts an entry into a map in which each name occurs once.
func (n *node) add(f field) *Error {
	for i, old := range n.fields {
		if old.name != f.name {
			continue
		}
		if !old.merged && !f.merged {
			return f.place.fail(fmt.Sprintf("a second %q", shorten(f.name)), fmt.Sprintf("it once (the first is in line %d)", old.place.line))
		}
		if old.merged && !f.merged {
			n.fields[i] = f
		}
		return nil
	}
	if len(n.fields) == maxFields {
		return f.place.fail(fmt.Sprintf("more than %d keys in one map", maxFields), "the keys of a scenario")
	}
	n.fields = append(n.fields, f)
	return nil
}

// merge resolves a merge key: the entries of a map, or of a list of maps.
func (n *node) merge(value *node) *Error {
	maps := []*node{value}
	if value.kind == listNode {
		maps = value.items
	}
	for _, m := range maps {
		if m.kind != mapNode {
			return m.wants("a map to merge").in("<<")
		}
		for _, f := range m.fields {
			f.merged = true
			if err := n.add(f); err != nil {
				return err
			}
		}
	}
	return nil
}
