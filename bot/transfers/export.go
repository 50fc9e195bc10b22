package transfers

import (
	"context"
	"io"
	"strconv"
	"strings"
	"time"

	"okrbot/bot/chat"
	"okrbot/bot/teams"
	"okrbot/cards"
	"okrbot/okr"
)

const (
	// savingTime is how long a file may take from Allow to its card: longer than a turn, for
	// what it may hold.
	savingTime = 10 * time.Minute
	// savedOnce is for how long a second press of Allow is one too many.
	savedOnce = 15 * time.Minute
	// largeExport is from how many bytes on a card shows how far it is.
	largeExport = 4 << 20
	// atOnce is how many exports a process makes at a time; each holds its file in memory
	// until it is saved.
	atOnce = 3
)

// Exports is the talk about OKRs that leave as a file. It takes no state with it: the file is
// made for its size when it is asked for, and made anew when it may be saved, which may
// be days later and on another replica.
type Exports struct {
	chat     *chat.Chat
	exporter exporter
	room     chan struct{}
}

// NewExports makes the subject.
func NewExports(c *chat.Chat, e exporter) *Exports {
	return &Exports{chat: c, exporter: e, room: make(chan struct{}, atOnce)}
}

// Register gives what people can say and press.
func (s *Exports) Register() chat.Subject {
	return chat.Subject{
		Title: "Moving out",
		Commands: []chat.Command{{
			Name: "export", Arg: "[csv|xlsx|zip] [all]", What: "Save your OKRs as a file in your OneDrive", Who: chat.Members, Own: chat.Always,
			Aliases: []string{"download", "backup"}, Sentences: []chat.Sentence{
				{Says: "(?:how (?:do|can) (?:i|we) )?(?:export|download|save|back up)(?: all)?(?: my| our| the)? (?:okrs?|objectives|goals|data)(?: (?:to|as|in|into) (?:a )?file)?"},
				{Says: "(?:export|download|save)(?: all)?(?: my| our| the)? (?:okrs?|objectives|goals|data) (?:to|as|in|into) (?:an? )?(?:excel|xlsx)(?: file)?", Arg: "xlsx"},
				{Says: "(?:export|download|save)(?: all)?(?: my| our| the)? (?:okrs?|objectives|goals|data) (?:to|as|in|into) (?:a )?csv(?: file)?", Arg: "csv"},
			},
			Examples: []string{"export", "export csv", "export zip all"}, Verb: cards.VerbExport, Run: s.export,
		}},
		Presses: map[string]chat.PressHandler{
			cards.VerbExport:     chat.Pressed(s.export),
			cards.VerbExportMake: s.make,
			cards.VerbExportSave: s.save,
		},
	}
}

// order is what somebody wants of an export.
type order struct {
	format okr.ExportFormat
	scope  okr.ExportScope
}

// export asks what to export, or asks at once whether it may be saved where the words say
// enough.
func (s *Exports) export(ctx context.Context, t *chat.Turn, arg string) (chat.Reply, error) {
	o := order{scope: okr.ExportVisible}
	for word := range strings.FieldsSeq(strings.ToLower(arg)) {
		if !o.take(word) {
			return chat.Reply{}, okr.Errorf(okr.Invalid, "I can't export \"%s\". I know csv, xlsx and zip, with \"all\" behind it for everyone's OKRs.", okr.Shorten(okr.CleanLine(arg), 80))
		}
	}
	if err := s.exporter.MayExport(ctx, t.Actor, o.scope); err != nil {
		return chat.Reply{}, err
	}
	if o.format != "" {
		return s.ask(ctx, t, o)
	}
	mayAll := s.exporter.MayExport(ctx, t.Actor, okr.ExportAll) == nil
	return chat.Say(cards.AskExport(cards.ExportForm{MayAll: mayAll, Format: string(okr.ExportXLSX), Scope: string(o.scope)})).Only(t.Actor.ID), nil
}

// take understands a word of an order; false: it is none.
func (o *order) take(word string) bool {
	switch word {
	case "csv":
		o.format = okr.ExportCSV
	case "xlsx", "excel":
		o.format = okr.ExportXLSX
	case "zip":
		o.format = okr.ExportZIP
	case "all", "everything", "everyone":
		o.scope = okr.ExportAll
	case "mine", "as", "my":
	default:
		return false
	}
	return true
}

// orderOf is what a button says. Invalid: nothing that there is.
func orderOf(p chat.Press) (order, error) {
	o := order{okr.ExportFormat(p.Data[cards.InputExportFormat]), okr.ExportScope(chat.OrElse(p.Data[cards.InputExportScope], string(okr.ExportVisible)))}
	knows := o.format == okr.ExportCSV || o.format == okr.ExportXLSX || o.format == okr.ExportZIP
	if !knows || o.scope != okr.ExportVisible && o.scope != okr.ExportAll {
		return o, okr.Errorf(okr.Invalid, "This button is incomplete. Send: export")
	}
	return o, nil
}

func (s *Exports) make(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	o, err := orderOf(p)
	if err != nil {
		return chat.Reply{}, err
	}
	return s.ask(ctx, t, o)
}

// ask makes the file for its size, and asks whether it may be saved.
func (s *Exports) ask(ctx context.Context, t *chat.Turn, o order) (chat.Reply, error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return chat.Reply{}, err
	}
	defer leave()
	var size counter
	goals, err := s.exporter.Export(ctx, t.Actor, o.scope, o.format, &size)
	switch {
	case err != nil:
		return chat.Reply{}, err
	case goals == 0:
		return chat.Reply{}, okr.WithNext(okr.Errorf(okr.Invalid, "There are no OKRs to export."), okr.Step{Kind: okr.StepList})
	case int64(size) > chat.MaxFile:
		return chat.Reply{}, tooLarge()
	}
	name := o.name(t)
	return chat.AskToSave(t, cards.SaveFile{
		Name: name, What: cards.ExportWords(goals, o.format), Bytes: int64(size), Verb: cards.VerbExportSave,
		Data: map[string]string{
			cards.InputExportFormat: string(o.format), cards.InputExportScope: string(o.scope),
			cards.KeyFile: name, cards.KeyExportBytes: strconv.FormatInt(int64(size), 10),
		},
	}), nil
}

// counter counts what is written.
type counter int64

// Write implements [io.Writer].
func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}

func tooLarge() error {
	return okr.Errorf(okr.Invalid, "The file would be larger than 100 MB, the limit. Try a ZIP, which is the smallest. The operator of okrbot can write one of any size with: okrbot export")
}

// name is the name of the file on the tenant's day.
func (o order) name(t *chat.Turn) string {
	all := ""
	if o.scope == okr.ExportAll {
		all = "all-"
	}
	return "okrbot-" + all + string(t.Today()) + "." + string(o.format)
}

// enter waits until there is room for one more export; leave makes it for the next.
func (s *Exports) enter(ctx context.Context) (leave func(), err error) {
	select {
	case s.room <- struct{}{}:
		return func() { <-s.room }, nil
	case <-ctx.Done():
		return nil, okr.Errorf(okr.Unavailable, "Several exports are running. Try again in a minute.")
	}
}

// save answers whether the file may be saved, and saves it.
func (s *Exports) save(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	consent, isAnswer := t.Activity.FileConsent()
	o, err := orderOf(p)
	switch {
	case err != nil:
		return chat.Reply{}, err
	case !isAnswer || !t.Activity.IsPersonal():
		return chat.Reply{}, okr.Errorf(okr.Invalid, "This button works only in our 1:1 chat. Send export there.")
	case !consent.Accepted:
		return chat.Say(cards.ExportNotSaved(p.Data[cards.KeyFile], true)), nil
	}
	if err := s.exporter.MayExport(ctx, t.Actor, o.scope); err != nil {
		return chat.Reply{}, err
	}
	if s.isSecond(ctx, t) {
		return chat.Reply{}, okr.Errorf(okr.Conflict, "I'm already saving this file. If it isn't in your OneDrive in a few minutes, send: export")
	}
	return s.saveNow(ctx, t, o, p, consent.Upload)
}

// isSecond says that the same card was answered before. A store that counts nothing keeps
// nobody from taking along what is in it: at worst the same file is saved twice.
func (s *Exports) isSecond(ctx context.Context, t *chat.Turn) bool {
	if t.Activity.ReplyToID == "" {
		return false
	}
	tries, err := s.chat.Memory.CountTry(ctx, t.Actor.Tenant, "export:"+string(t.Actor.ID)+":"+t.Activity.ReplyToID, savedOnce)
	return err == nil && tries > 1
}

// saveNow saves the file. It may take longer than a turn, and goes on when Teams does not wait.
func (s *Exports) saveNow(ctx context.Context, t *chat.Turn, o order, p chat.Press, to teams.Upload) (chat.Reply, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), savingTime)
	defer cancel()
	leave, err := s.enter(ctx)
	if err != nil {
		return chat.Reply{}, err
	}
	defer leave()
	bytes, _ := strconv.ParseInt(p.Data[cards.KeyExportBytes], 10, 64)
	follow := func(int) {}
	if bytes >= largeExport {
		follow = func(percent int) { s.replace(ctx, t, cards.ExportUnderWay(t.Place, to.Name, percent)) }
	}
	goals := 0
	size, err := chat.SaveFile(ctx, s.chat, t, chat.Saving{
		To: to, Bytes: bytes, Follow: follow,
		Write: func(w io.Writer) (err error) {
			goals, err = s.exporter.Export(ctx, t.Actor, o.scope, o.format, w)
			return err
		},
	})
	if err != nil {
		s.replace(ctx, t, cards.ExportNotSaved(to.Name, false))
		return chat.Reply{}, err
	}
	chat.AuditOnly(ctx, s.chat, t, chat.Deed{Did: "okrs exported", Of: string(o.scope) + "." + string(o.format)})
	return chat.Say(cards.ExportSaved(cards.Exported{Name: to.Name, Bytes: size, Goals: goals})), nil
}

// replace shows a card where it was asked whether the file may be saved. Best effort: it
// only shows how far it is.
func (s *Exports) replace(ctx context.Context, t *chat.Turn, card cards.Card) {
	if t.Activity.ReplyToID == "" {
		return
	}
	if err := s.chat.Update(ctx, t.Activity.CardRef(), chat.Say(card)); err != nil {
		s.chat.Logger.InfoContext(ctx, "card of an export not updated", "ref", teams.RefFrom(ctx), "err", okr.CauseOf(err))
	}
}
