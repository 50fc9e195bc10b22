package goals

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"okrbot/bot/chat"
	"okrbot/cards"
	"okrbot/okr"
)

// closing is what the server keeps of the form that closes the objectives of a period. It
// is found by the person and the period, so that whoever begins anew after a break goes on
// with the same one.
type closing struct {
	Form    string                `json:"form"` // by which nothing is made twice
	Goals   []okr.GoalID          `json:"goals"`
	Answers map[okr.GoalID]ending `json:"answers,omitempty"`
	Next    string                `json:"next"`
	Copied  okr.CloneWith         `json:"copied"`
	GoOn    bool                  `json:"goOn"`
	Queries bool                  `json:"queries"`
	Begun   time.Time             `json:"begun,omitzero"` // when the first one was closed; zero: none was

	wrong   cards.FieldError // of the press
	wrongAt okr.GoalID
}

// closedBefore is how many goals were closed before it broke off; what was opened since
// joins them.
func (c *closing) closedBefore(open []okr.GoalID) (n int) {
	for _, id := range c.Goals {
		if !slices.Contains(open, id) {
			n++
		}
	}
	for _, id := range open {
		if !slices.Contains(c.Goals, id) {
			c.Goals = append(c.Goals, id)
		}
	}
	return n
}

// ending is what a person chose for an objective. Values are as typed.
type ending struct {
	Do    string `json:"do"`
	Score string `json:"score,omitempty"`
	Note  string `json:"note,omitempty"`
}

// closingKind is the kind of the form that closes a period.
const closingKind = "closing"

// mostClosed is how many objectives are closed at a time.
const mostClosed = 200

// span is which objectives are closed: those of a period, the person's own or all that the
// person may close.
type span struct {
	period okr.TimePeriod
	isAll  bool
}

func (sp span) form(t *chat.Turn) string { return string(t.Actor.ID) + ":" + sp.period.ID }

// name is the period as people know it: by its name, or by its dates.
func (sp span) name() string { return cmp.Or(sp.period.Name, sp.period.String()) }

// spanOf reads what follows `close`, where that is a period; "all" behind it means others'
// objectives, too.
func spanOf(t *chat.Turn, arg string) (span, bool) {
	words := strings.Fields(arg)
	isAll := len(words) > 1 && strings.EqualFold(words[len(words)-1], "all")
	if isAll {
		words = words[:len(words)-1]
	}
	if len(words) == 0 {
		return span{}, false
	}
	p, ok := t.Settings.PeriodToClose(strings.Join(words, " "), t.Today())
	return span{p, isAll}, ok
}

// pressedSpan is the span that a button is about.
func pressedSpan(t *chat.Turn, p chat.Press) (span, error) {
	period, ok := t.Settings.PeriodByID(p.Data[cards.KeyPeriod])
	if !ok {
		return span{}, okr.Errorf(okr.Invalid, "This period doesn't exist or was deleted. To close another one, send for example: close Q3")
	}
	return span{period, p.Data[cards.KeyScope] == "all"}, nil
}

func (e ends) askClosePeriod(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	sp, err := pressedSpan(t, p)
	if err != nil {
		return chat.Reply{}, err
	}
	return e.openClosing(ctx, t, sp)
}

// openClosing shows the form that closes a period, as the person left it.
func (e ends) openClosing(ctx context.Context, t *chat.Turn, sp span) (chat.Reply, error) {
	if err := t.MembersOnly(); err != nil {
		return chat.Reply{}, err
	}
	if sp.period.Start.Days() > t.Today().Days() {
		return chat.Reply{}, okr.Errorf(okr.Invalid, "%s starts on %s, so there's nothing to close yet.", sp.name(), sp.period.Start)
	}
	var c closing
	switch err := e.chat.ReadForm(ctx, t, closingKind, sp.form(t), &c); okr.KindOf(err) {
	case okr.NotFound, okr.Invalid: // there is none, or it was cancelled
		c = closing{Form: chat.NewFormID(), Next: t.Settings.PeriodAfter(sp.period.Period, t.Today()).ID, Copied: okr.CloneUnfinished, GoOn: true, Queries: true}
	default:
		if err != nil {
			return chat.Reply{}, err
		}
	}
	return e.closingPage(ctx, t, sp, c, 0)
}

// closingPage keeps the form and shows a page of it.
func (e ends) closingPage(ctx context.Context, t *chat.Turn, sp span, c closing, offset int) (chat.Reply, error) {
	open, isCut, err := e.openIn(ctx, t, sp)
	if err != nil {
		return chat.Reply{}, err
	}
	closed := 0
	switch isBegun := !c.Begun.IsZero(); {
	case isBegun:
		closed = c.closedBefore(open)
	default:
		c.Goals = open
	}
	if len(open) == 0 && closed > 0 {
		return e.finish(ctx, t, sp, c) // it broke off behind the last one
	}
	if len(open) == 0 {
		return chat.Say(cards.NothingToClose(sp.period, t.Settings.CurrentPeriod(t.Today()), sp.isAll)), nil
	}
	if i := slices.Index(open, c.wrongAt); i >= 0 {
		offset = i
	}
	if err := e.chat.KeepForm(ctx, t, closingKind, sp.form(t), c); err != nil {
		return chat.Reply{}, err
	}
	f := cards.ClosePeriodForm{
		Draft: c.Form, Period: sp.period, Today: t.Today(), All: sp.isAll, Offset: min(offset, len(open)-1), Total: len(open),
		Cut: isCut, Closed: closed, Next: c.Next, Periods: nextPeriods(t, sp, c.Next), Copied: c.Copied, Goon: c.GoOn, Queries: c.Queries, Error: c.wrong,
	}
	shown := open[f.Offset:min(len(open), f.Offset+cards.EndingsPage)]
	e.chat.Memory.Ahead(ctx, t.Actor.Tenant, func(ctx context.Context) {
		for _, id := range shown {
			_, _ = e.plan.PreviewClose(ctx, t.Actor, id)
		}
	})
	for _, id := range shown {
		row, err := e.endingRow(ctx, t, c, id)
		if err != nil {
			return chat.Reply{}, err
		}
		f.Rows = append(f.Rows, row)
	}
	return chat.Say(cards.ClosePeriod(t.Place, f)), nil
}

// ask asks for the open objectives of a span.
func (sp span) ask(actor okr.Actor) okr.ListAsk {
	f := okr.Filter{Kind: okr.Objective, Period: sp.period.ID}
	if !sp.isAll {
		f.Owner = actor.ID
	}
	return okr.ListAsk{Filter: f, Page: okr.Page{Limit: mostClosed}}
}

// aheadClosing reads the form of a period, and the objectives that it closes.
func (e ends) aheadClosing(ctx context.Context, actor okr.Actor, p chat.Press) {
	sp := span{okr.TimePeriod{ID: p.Data[cards.KeyPeriod]}, p.Data[cards.KeyScope] == "all"}
	chat.AheadForm(e.chat, closingKind)(ctx, actor, chat.Press{Data: map[string]string{cards.KeyDraft: string(actor.ID) + ":" + sp.period.ID}})
	_, _, _ = e.plan.Lists(ctx, actor, sp.ask(actor))
}

// openIn lists the open objectives of a span that the person may close, those below others
// behind these.
func (e ends) openIn(ctx context.Context, t *chat.Turn, sp span) (open []okr.GoalID, isCut bool, err error) {
	_, lists, err := e.plan.Lists(ctx, t.Actor, sp.ask(t.Actor))
	if err != nil {
		return nil, false, err
	}
	for _, v := range topFirst(lists[0].Views) {
		if v.MayEdit {
			open = append(open, v.Goal.ID)
		}
	}
	return open, lists[0].Total > mostClosed, nil
}

// topFirst puts goals behind those that they stand below.
func topFirst(views []okr.GoalView) []okr.GoalView {
	parents := map[okr.GoalID]okr.GoalID{}
	for _, v := range views {
		parents[v.Goal.ID] = v.Goal.Parent
	}
	depth := func(v okr.GoalView) (n int) {
		for id := v.Goal.Parent; n < okr.MaxDepth; n++ {
			if _, isListed := parents[id]; !isListed {
				break
			}
			id = parents[id]
		}
		return n
	}
	views = slices.Clone(views)
	slices.SortStableFunc(views, func(a, b okr.GoalView) int { return depth(a) - depth(b) })
	return views
}

// nextPeriods are the periods in which objectives can continue: those that end later than
// the closed one.
func nextPeriods(t *chat.Turn, sp span, chosen string) []cards.Choice {
	return slices.DeleteFunc(chat.PeriodChoices(t, chosen), func(c cards.Choice) bool {
		p, ok := t.Settings.PeriodByID(c.Value)
		return c.Value != chosen && (!ok || p.End.Days() <= sp.period.End.Days())
	})
}

// endingRow is an objective of the form, with what the person chose or what is suggested.
func (e ends) endingRow(ctx context.Context, t *chat.Turn, c closing, id okr.GoalID) (cards.Ending, error) {
	p, err := e.plan.PreviewClose(ctx, t.Actor, id)
	if err != nil {
		return cards.Ending{}, err
	}
	row := cards.Ending{Goal: p.View, Do: suggestedEnding(p), Score: okr.FormatNumber(p.Score)}
	if a, isChosen := c.Answers[id]; isChosen {
		row.Do, row.Score, row.Note = a.Do, a.Score, a.Note
	}
	for _, g := range p.Also {
		if g.Kind != okr.Objective && g.Parent == id {
			row.Below++
		}
	}
	return row, nil
}

func suggestedEnding(p okr.ClosePreview) string {
	if p.State == okr.StatusPostponed {
		return cards.EndPostpone
	}
	return cards.EndClose
}

// pressedClosing reads the form of a press, with what the page says. NotFound: it is not
// the form that is open now.
func (e ends) pressedClosing(ctx context.Context, t *chat.Turn, p chat.Press) (sp span, c closing, err error) {
	if err := t.MembersOnly(); err != nil {
		return sp, c, err
	}
	if sp, err = pressedSpan(t, p); err != nil {
		return sp, c, err
	}
	if err := e.chat.ReadForm(ctx, t, closingKind, sp.form(t), &c); err != nil {
		return sp, c, err
	}
	if c.Form != p.Data[cards.KeyDraft] {
		return sp, c, okr.Errorf(okr.NotFound, "These objectives were closed already, or the form is older than a day. Nothing was closed a second time. To see what is open, send: close %s", sp.name())
	}
	c.take(p)
	return sp, c, nil
}

// take takes over what a page of the form says.
func (c *closing) take(p chat.Press) {
	answers := map[okr.GoalID]ending{}
	for _, id := range c.Goals {
		a, isKnown := c.Answers[id]
		if do, isShown := p.Data[cards.InputEnding+string(id)]; isShown {
			a, isKnown = ending{Do: do, Score: p.Data[cards.InputScores+string(id)], Note: p.Data[cards.InputNotes+string(id)]}, true
		}
		if isKnown {
			answers[id] = a
		}
	}
	c.Answers = answers
	if next := p.Data[cards.InputNext]; next != "" {
		c.Next = next
	}
	switch copied := okr.CloneWith(p.Data[cards.InputCopied]); copied {
	case cards.ChoiceNone:
		c.Copied = okr.CloneAlone
	case okr.CloneOpen, okr.CloneUnfinished:
		c.Copied = copied
	}
	if on, isShown := p.Data[cards.InputContinue]; isShown {
		c.GoOn = chat.IsOn(on)
	}
	if on, isShown := p.Data[cards.InputBindings]; isShown {
		c.Queries = chat.IsOn(on)
	}
}

// turnClosing shows another page of the form.
func (e ends) turnClosing(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	sp, c, err := e.pressedClosing(ctx, t, p)
	if err != nil {
		return chat.Reply{}, err
	}
	return e.closingPage(ctx, t, sp, c, p.Offset())
}

// closePeriod closes what the form says. Whatever breaks off is gone on with by the next
// press, or by the command.
func (e ends) closePeriod(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	sp, c, err := e.pressedClosing(ctx, t, p)
	if err != nil {
		return chat.Reply{}, err
	}
	if id, wrong := c.check(); wrong != nil {
		c.wrong, _ = e.chat.FieldError(ctx, wrong)
		c.wrong.Field += "." + string(id)
		c.wrongAt = id
		return e.closingPage(ctx, t, sp, c, 0)
	}
	if c.Begun.IsZero() {
		c.Begun = e.chat.Now()
	}
	if err := e.chat.KeepForm(ctx, t, closingKind, sp.form(t), c); err != nil {
		return chat.Reply{}, err
	}
	return e.finish(ctx, t, sp, c)
}

// check is the first answer that can't be, and its objective.
func (c *closing) check() (okr.GoalID, error) {
	for _, id := range c.Goals {
		a, isChosen := c.Answers[id]
		if !isChosen || a.Do == cards.EndLeave {
			continue
		}
		in, err := a.input(id)
		if err == nil {
			err = in.Check()
		}
		if err != nil {
			return id, err
		}
	}
	return "", nil
}

// input is the answer as the domain takes it.
func (a ending) input(id okr.GoalID) (okr.CloseInput, error) {
	in := okr.CloseInput{Goal: id, State: okr.StatusClosed, Note: a.Note, Alone: true}
	switch a.Do {
	case cards.EndPostpone:
		in.State = okr.StatusPostponed
		return in, nil
	case cards.EndClose, cards.EndContinue:
	default:
		return in, okr.FieldErrorf(strings.TrimSuffix(cards.InputEnding, "."), "Choose what happens to %s.", id)
	}
	if strings.TrimSpace(a.Score) == "" {
		return in, nil
	}
	n, err := okr.ReadBounded(cards.InputScore, "score", a.Score, "")
	in.Score = &n
	return in, err
}
