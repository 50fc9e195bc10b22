// Package transfers is the talk about OKRs that come from elsewhere and leave again:
// imports, and exports.
package transfers

import (
	"context"

	"okrbot/bot/chat"
	"okrbot/cards"
	"okrbot/okr"
)

// Options is what the subject needs of others.
type Options struct {
	Access accessor
	Plan   planner
	Import importer
	Queue  Queue
	Places Places
}

// Subject is the talk about what comes and goes.
type Subject struct {
	Options
	chat *chat.Chat
}

// New makes the subject.
func New(c *chat.Chat, o Options) *Subject { return &Subject{Options: o, chat: c} }

// Register gives what people can say and press.
func (s *Subject) Register() chat.Subject {
	return chat.Subject{Title: "Moving in", Commands: s.commands(), Presses: s.presses(), Ahead: s.ahead()}
}

// ahead is what presses read first: the import that they are about, or all of them.
func (s *Subject) ahead() chat.Aheads {
	one := func(ctx context.Context, actor okr.Actor, p chat.Press) {
		_, _ = s.Import.Import(ctx, actor, okr.ImportID(p.Data[cards.KeyImport]))
	}
	out := chat.Aheads{}
	for verb := range s.presses() {
		out[verb] = one
	}
	all := func(ctx context.Context, actor okr.Actor, _ chat.Press) { _, _ = s.Import.Imports(ctx, actor) }
	out[cards.VerbImport], out[cards.VerbImports] = all, all
	return out
}

func (s *Subject) commands() []chat.Command {
	return []chat.Command{
		{
			Name: "import", Arg: "[list|<import id>]", What: "Import your OKRs from Viva Goals, with a preview first", Who: chat.Admins,
			Phrases: map[string]string{"imports": "list", "show imports": "list"}, Sentences: importSentences(),
			Examples: []string{"import", "import list", "import IM3"}, Verb: cards.VerbImport, Run: s.importCommand, Own: chat.Always, TakesFiles: true,
		},
		{
			Name: "import undo", Aliases: []string{"undo import", "undo the import", "undo last import", "undo the last import"}, Exact: true, Arg: "[import id]",
			What: "Undo an import", Who: chat.Admins, Examples: []string{"import undo", "import undo IM3"}, Run: s.undoCommand, Own: chat.Always,
		},
	}
}

// importSentences ask for an import in other words.
func importSentences() []chat.Sentence {
	const (
		verbs = "(?:import|bring(?: in| over)?|migrate|move(?: in| over)?|transfer|load|upload)"
		ours  = "(?: our| my| the| all(?: our)?| all the)?"
		what  = "(?: (?:okrs?|objectives|goals|data|files?|history|(?:viva(?: goals)?) (?:okrs|goals|data|export|file)))"
		from  = "(?: (?:in|over|here))?(?: (?:from|of) (?:viva(?: goals)?|an? (?:export|file|csv|excel file|zip)|another tool|elsewhere|microsoft viva(?: goals)?))?"
	)
	return []chat.Sentence{
		{Says: verbs + ours + what + from},
		{Says: verbs + " from viva(?: goals)?"},
		{Says: "(?:how (?:do|can) (?:i|we) )" + verbs + ours + what + "?" + from},
		{Says: "(?:move in|move over|migrate|coming|come) from (?:microsoft )?viva(?: goals)?"},
		{Says: "(?:show |list )?(?:my |our |the )?(?:earlier |past |previous )?imports", Arg: "list"},
	}
}

func (s *Subject) presses() map[string]chat.PressHandler {
	return map[string]chat.PressHandler{
		cards.VerbImport:            chat.Pressed(s.importCommand),
		cards.VerbImports:           s.pressList,
		cards.VerbImportShow:        s.onImport(s.show),
		cards.VerbImportFiles:       s.onImport(s.show),
		cards.VerbImportDrop:        s.onImport(s.dropFile),
		cards.VerbImportCancel:      s.onImport(s.cancel),
		cards.VerbImportPreview:     s.onImport(s.preview),
		cards.VerbImportMatch:       s.onImport(s.match),
		cards.VerbImportRows:        s.onImport(s.rows),
		cards.VerbImportDifferences: s.onImport(s.differences),
		cards.VerbImportWords:       s.onImport(s.words),
		cards.VerbImportWordsSave:   s.onImport(s.saveWords),
		cards.VerbImportPeople:      s.onImport(s.people),
		cards.VerbImportPeopleSave:  s.onImport(s.savePeople),
		cards.VerbImportBegin:       s.onImport(s.begin),
		cards.VerbImportUnbound:     s.onImport(s.unbound),
		cards.VerbImportConflicts:   s.onImport(s.conflicts),
		cards.VerbImportUndoAsk:     s.onImport(s.askUndo),
		cards.VerbImportUndo:        s.onImport(s.undo),
	}
}
