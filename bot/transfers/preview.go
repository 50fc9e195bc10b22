package transfers

import (
	"context"
	"strconv"

	"okrbot/bot/chat"
	"okrbot/cards"
	"okrbot/okr"
)

// preview shows what an import would do.
func (s *Subject) preview(ctx context.Context, t *chat.Turn, p importPress) (chat.Reply, error) {
	v, err := s.previewOf(ctx, t, p.ID)
	return chat.Say(cards.ImportPreview(v)), err
}

// rows shows what one finding of the preview is about.
func (s *Subject) rows(ctx context.Context, t *chat.Turn, p importPress) (chat.Reply, error) {
	v, err := s.previewOf(ctx, t, p.ID)
	if err != nil {
		return chat.Reply{}, err
	}
	at, err := strconv.Atoi(p.Data[cards.KeyFinding])
	if err != nil || at < 0 || at >= len(v.Findings) {
		return chat.Reply{}, okr.Errorf(okr.Invalid, "The files of %s have changed. Open the preview again.", p.ID)
	}
	return chat.Say(cards.ImportReasons(cards.ImportRows{Import: v.Import, Finding: v.Findings[at], At: at, Offset: p.Offset()})), nil
}

// differences shows the progress there and here.
func (s *Subject) differences(ctx context.Context, t *chat.Turn, p importPress) (chat.Reply, error) {
	v, err := s.previewOf(ctx, t, p.ID)
	return chat.Say(cards.ImportDifferences(t.Place, v, p.Offset())), err
}

// words asks what renamed words mean.
func (s *Subject) words(ctx context.Context, t *chat.Turn, p importPress) (chat.Reply, error) {
	v, err := s.Import.PreviewImport(ctx, t.Actor, p.ID)
	return chat.Say(cards.ImportWords(cards.ImportForm{Preview: v, Offset: p.Offset()})), err
}

// saveWords takes what is chosen for the words of a page.
func (s *Subject) saveWords(ctx context.Context, t *chat.Turn, p importPress) (chat.Reply, error) {
	v, err := s.Import.PreviewImport(ctx, t.Actor, p.ID)
	if err != nil {
		return chat.Reply{}, err
	}
	kinds := map[string]okr.GoalKind{}
	for _, w := range v.Words {
		switch kind := okr.GoalKind(p.Data[cards.ImportWordInput(w.Word)]); kind {
		case okr.Objective, okr.KeyResult, okr.Project:
			kinds[w.Word] = kind
		}
	}
	if len(kinds) > 0 {
		if v, err = s.Import.AnswerImport(ctx, t.Actor, p.ID, okr.ImportAnswers{Kinds: kinds}); err != nil {
			return chat.Reply{}, err
		}
	}
	if to, ok := p.next(); ok {
		return chat.Say(cards.ImportWords(cards.ImportForm{Preview: v, Offset: to})), nil
	}
	return chat.Say(cards.ImportPreview(v)), nil
}

// next is where the page begins that follows a saved one; false: the preview follows.
func (p importPress) next() (offset int, ok bool) {
	n, err := strconv.Atoi(p.Data[cards.KeyTo])
	return n, err == nil && n >= 0
}
