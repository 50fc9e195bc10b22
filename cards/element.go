package cards

// element is a part of a card's body, in the form of the Adaptive Cards schema
// (Adaptive Cards schema explorer, https://adaptivecards.io/explorer).
type element interface{ isElement() }

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

type textBlock struct {
	Type     string `json:"type"`
	Text     md     `json:"text"`
	Size     string `json:"size,omitempty"`
	Weight   string `json:"weight,omitempty"`
	Color    string `json:"color,omitempty"`
	IsSubtle bool   `json:"isSubtle,omitempty"`
	Style    string `json:"style,omitempty"`
	Spacing  string `json:"spacing,omitempty"`
	Align    string `json:"horizontalAlignment,omitempty"`
	Wrap     bool   `json:"wrap"`
}

func text(s md) textBlock { return textBlock{Type: "TextBlock", Text: s, Wrap: true} }

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

type factSet struct {
	Type  string `json:"type"`
	Facts []fact `json:"facts"`
}

type fact struct {
	Title md `json:"title"`
	Value md `json:"value"`
}

// facts lists the facts that have a value.
func facts(all ...fact) factSet {
	set := factSet{Type: "FactSet", Facts: []fact{}}
	for _, f := range all {
		if f.Value != "" {
			set.Facts = append(set.Facts, f)
		}
	}
	return set
}

type column struct {
	Type  string    `json:"type"`
	Width string    `json:"width"`
	Align string    `json:"verticalContentAlignment,omitempty"`
	Items []element `json:"items"`
}

func col(width string, items ...element) column {
	return column{Type: "Column", Width: width, Items: items}
}

func (c column) middle() column {
	c.Align = "Center"
	return c
}

type columnSet struct {
	Type         string   `json:"type"`
	Columns      []column `json:"columns"`
	Spacing      string   `json:"spacing,omitempty"`
	Separator    bool     `json:"separator,omitempty"`
	SelectAction *action  `json:"selectAction,omitempty"`
}

func columns(cols ...column) columnSet { return columnSet{Type: "ColumnSet", Columns: cols} }

func (c columnSet) separated() columnSet {
	c.Separator = true
	return c
}

func (c columnSet) near() columnSet {
	c.Spacing = small
	return c
}

func (c columnSet) opens(a action) columnSet {
	c.SelectAction = &a
	return c
}

type container struct {
	Type      string    `json:"type"`
	ID        string    `json:"id,omitempty"`
	Style     string    `json:"style,omitempty"`
	Separator bool      `json:"separator,omitempty"`
	IsVisible *bool     `json:"isVisible,omitempty"`
	Items     []element `json:"items"`
}

func box(style string, items ...element) container {
	return container{Type: "Container", Style: style, Items: items}
}

// divided is a group below a line.
func divided(items ...element) container {
	return container{Type: "Container", Separator: true, Items: items}
}

type actionSet struct {
	Type    string     `json:"type"`
	Actions actionList `json:"actions"`
}

func actionsOf(actions ...action) actionSet { return actionSet{Type: "ActionSet", Actions: actions} }

// progressBar is newer than schema 1.5.
type progressBar struct {
	Type     string    `json:"type"`
	Value    float64   `json:"value"`
	Max      float64   `json:"max"`
	Color    string    `json:"color"`
	Fallback textBlock `json:"fallback"`
}

// badge is newer than schema 1.5.
type badge struct {
	Type     string    `json:"type"`
	Text     string    `json:"text"`
	Style    string    `json:"style"`
	Size     string    `json:"size"`
	Fallback textBlock `json:"fallback"`
}

func (textBlock) isElement()   {}
func (factSet) isElement()     {}
func (columnSet) isElement()   {}
func (container) isElement()   {}
func (actionSet) isElement()   {}
func (progressBar) isElement() {}
func (badge) isElement()       {}
