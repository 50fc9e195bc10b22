package cards

// The sizes, weights, colours and widths in use.
const (
	small     = "Small"
	large     = "Large"
	bolder    = "Bolder"
	accent    = "Accent"
	good      = "Good"
	warning   = "Warning"
	attention = "Attention"
	auto      = "auto"
	stretch   = "stretch"
)

// Elements are pointers, as actions are.
type (
	textBlock = *textBlockBody
	factSet   = *factSetBody
	column    = *columnBody
	columnSet = *columnSetBody
	container = *containerBody
	actionSet = *actionSetBody
	badge     = *badgeBody
)

type textBlockBody struct {
	Type     string
	Text     md
	Size     string
	Weight   string
	Color    string
	IsSubtle bool
	Style    string
	Spacing  string
	Align    string
	Wrap     bool
}

func text(s md) textBlock { return &textBlockBody{Type: "TextBlock", Text: s, Wrap: true} }

func heading(s md) textBlock {
	t := text(s)
	t.Size, t.Weight, t.Style = large, bolder, "heading"
	return t
}

func section(s md) textBlock {
	t := text(s)
	t.Weight, t.Spacing = bolder, "Medium"
	return t
}

func bold(s md) textBlock { return text(s).with(bolder, "") }

// note is a less important line close below the one before.
func note(s md) textBlock {
	t := text(s)
	t.Size, t.IsSubtle, t.Spacing = small, true, "None"
	return t
}

// bullet is one line of a list. It is no Markdown list, whose indentation some
// clients cut off.
func bullet(s md) textBlock { return text("• " + s).near() }

func bullets(lines ...md) []element {
	var out []element
	for _, line := range lines {
		out = append(out, bullet(line))
	}
	return out
}

func (t textBlock) with(weight, color string) textBlock {
	t.Weight, t.Color = weight, color
	return t
}

func (t textBlock) right() textBlock {
	t.Align = "Right"
	return t
}

func (t textBlock) near() textBlock {
	t.Spacing = "None"
	return t
}

type factSetBody struct {
	Type  string
	Facts []fact
}

type fact struct {
	Title md
	Value md
}

// facts lists the facts that have a value.
func facts(all ...fact) factSet {
	set := &factSetBody{Type: "FactSet", Facts: []fact{}}
	for _, f := range all {
		if f.Value != "" {
			set.Facts = append(set.Facts, f)
		}
	}
	return set
}

type columnBody struct {
	Type    string
	Width   string // auto, stretch, pixels ("52px"), or a number: its share of what is left
	Align   string
	Spacing string
	Items   []element
}

func col(width string, items ...element) column {
	return &columnBody{Type: "Column", Width: width, Items: items}
}

// beside puts a column against the one before.
func (c column) beside() column {
	c.Spacing = "None"
	return c
}

func (c column) middle() column {
	c.Align = "Center"
	return c
}

type columnSetBody struct {
	Type         string
	ID           string
	Columns      []column
	Spacing      string
	Separator    bool
	IsVisible    *bool
	SelectAction action
}

func columns(cols ...column) columnSet { return &columnSetBody{Type: "ColumnSet", Columns: cols} }

func (c columnSet) separated() columnSet {
	c.Separator = true
	return c
}

func (c columnSet) near() columnSet {
	c.Spacing = small
	return c
}

func (c columnSet) opens(a action) columnSet {
	c.SelectAction = a
	return c
}

type containerBody struct {
	Type      string
	ID        string
	Style     string
	Separator bool
	IsVisible *bool
	Items     []element
}

func box(style string, items ...element) container {
	return &containerBody{Type: "Container", Style: style, Items: items}
}

// divided is a group below a line.
func divided(items ...element) container {
	return &containerBody{Type: "Container", Separator: true, Items: items}
}

type actionSetBody struct {
	Type      string
	ID        string
	IsVisible *bool
	Actions   []action
}

func actionsOf(actions ...action) actionSet {
	return &actionSetBody{Type: "ActionSet", Actions: actions}
}

// progressBar is newer than schema 1.5; where a client has none, nothing is in its place:
// its number is beside it, and its status above.
type progressBar struct {
	Type  string
	Value float64
	Max   float64
	Color string
}

// badge is newer than schema 1.5.
type badgeBody struct {
	Type     string
	Text     string
	Icon     string // by its name in Fluent's catalog; the text says the same
	Style    string
	Size     string
	Fallback textBlock
}

// icon is newer than schema 1.5; where a client has none, nothing is in its place. It is
// an ornament: what it shows is also a text beside it, for those who listen.
type icon struct {
	Type string
	Name string // in Fluent's catalog
	Size string
}

func (t textBlock) appendTo(b []byte) []byte {
	o := begin(b)
	o.text("type", t.Type)
	o.text("text", string(t.Text))
	o.some("size", t.Size)
	o.some("weight", t.Weight)
	o.some("color", t.Color)
	o.set("isSubtle", t.IsSubtle)
	o.some("style", t.Style)
	o.some("spacing", t.Spacing)
	o.some("horizontalAlignment", t.Align)
	o.flag("wrap", t.Wrap)
	return o.end()
}

func (f factSet) appendTo(b []byte) []byte {
	o := begin(b)
	o.text("type", f.Type)
	o.key("facts")
	o.b = appendList(o.b, f.Facts, func(b []byte, f fact) []byte {
		o := begin(b)
		o.text("title", string(f.Title))
		o.text("value", string(f.Value))
		return o.end()
	})
	return o.end()
}

func (c column) appendTo(b []byte) []byte {
	o := begin(b)
	o.text("type", c.Type)
	if isShare(c.Width) {
		o.key("width")
		o.b = append(o.b, c.Width...)
	} else {
		o.text("width", c.Width)
	}
	o.some("spacing", c.Spacing)
	o.some("verticalContentAlignment", c.Align)
	o.elements("items", c.Items)
	return o.end()
}

// isShare says whether a width is a number: an error of strconv would cost more than all of
// the column.
func isShare(width string) bool {
	for i := range len(width) {
		if width[i] < '0' || width[i] > '9' {
			return false
		}
	}
	return width != ""
}

func (c columnSet) appendTo(b []byte) []byte {
	o := begin(b)
	o.text("type", c.Type)
	o.some("id", c.ID)
	if c.IsVisible != nil {
		o.flag("isVisible", *c.IsVisible)
	}
	o.key("columns")
	o.b = appendList(o.b, c.Columns, func(b []byte, c column) []byte { return c.appendTo(b) })
	o.some("spacing", c.Spacing)
	o.set("separator", c.Separator)
	if c.SelectAction != nil {
		o.element("selectAction", c.SelectAction)
	}
	return o.end()
}

func (c container) appendTo(b []byte) []byte {
	o := begin(b)
	o.text("type", c.Type)
	o.some("id", c.ID)
	o.some("style", c.Style)
	o.set("separator", c.Separator)
	if c.IsVisible != nil {
		o.flag("isVisible", *c.IsVisible)
	}
	o.elements("items", c.Items)
	return o.end()
}

func (a actionSet) appendTo(b []byte) []byte {
	o := begin(b)
	o.text("type", a.Type)
	o.some("id", a.ID)
	if a.IsVisible != nil {
		o.flag("isVisible", *a.IsVisible)
	}
	o.actions(a.Actions)
	return o.end()
}

func (p progressBar) appendTo(b []byte) []byte {
	o := begin(b)
	o.text("type", p.Type)
	o.number("value", p.Value)
	o.number("max", p.Max)
	o.text("color", p.Color)
	o.text("fallback", "drop")
	return o.end()
}

func (g badge) appendTo(b []byte) []byte {
	o := begin(b)
	o.text("type", g.Type)
	o.text("text", g.Text)
	o.some("icon", g.Icon)
	o.text("style", g.Style)
	o.text("size", g.Size)
	o.element("fallback", g.Fallback)
	return o.end()
}

func (i icon) appendTo(b []byte) []byte {
	o := begin(b)
	o.text("type", i.Type)
	o.text("name", i.Name)
	o.text("size", i.Size)
	o.text("fallback", "drop")
	return o.end()
}
