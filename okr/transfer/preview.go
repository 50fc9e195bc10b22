package transfer

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"okrbot/okr"
)

// opened is an import whose files were read.
type opened struct {
	tenant okr.TenantID
	id     okr.ImportID
	files  []string // their refs
	source Source
	said   said
	draft  *draft // of one that is being written; nil: it was not worked out yet
}

// sourceOf reads the files of an import. What was read last is held, for the next step.
func (s *Service) sourceOf(ctx context.Context, tenant okr.TenantID, i okr.Import) (Source, said, error) {
	if len(i.Files) == 0 {
		return nil, said{}, okr.Errorf(okr.Invalid, "Import %s has no files. Send one first.", i.ID)
	}
	refs := make([]string, len(i.Files))
	for n, f := range i.Files {
		refs[n] = f.Ref
	}
	s.mu.Lock()
	held := s.open
	s.mu.Unlock()
	if held.tenant == tenant && held.id == i.ID && slices.Equal(held.files, refs) {
		return held.source, held.said, nil
	}
	files := make([]OpenedFile, len(i.Files))
	for n, f := range i.Files {
		files[n] = s.content(ctx, tenant, f)
	}
	fresh := opened{tenant: tenant, id: i.ID, files: refs}
	var err error
	if fresh.source, err = s.Open(ctx, files); err != nil {
		return nil, said{}, err
	}
	if n := len(fresh.source.Bundle().Items); n > MaxItems {
		return nil, said{}, okr.Errorf(okr.Invalid, "The files have %s items, and an import can have up to %s. Import them in parts.", thousands(n), thousands(MaxItems))
	}
	if fresh.said, err = listen(ctx, fresh.source); err != nil {
		return nil, said{}, err
	}
	s.hold(fresh)
	return fresh.source, fresh.said, nil
}

// heldFor is for how long files that were read are held for what comes next.
const heldFor = 15 * time.Minute

// hold holds what was read, and forgets it after a while.
func (s *Service) hold(o opened) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open = o; s.forget != nil {
		s.forget.Stop()
	}
	s.forget = nil
	if o.source != nil {
		s.forget = time.AfterFunc(heldFor, func() { s.hold(opened{}) })
	}
}

// running is the draft of an import that is being written, worked out once a process.
func (s *Service) running(ctx context.Context, tenant okr.TenantID, i okr.Import) (*draft, error) {
	s.mu.Lock()
	held := s.open
	s.mu.Unlock()
	if held.tenant == tenant && held.id == i.ID && held.draft != nil {
		return held.draft, nil
	}
	d, err := s.draft(ctx, tenant, i)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open.tenant == tenant && s.open.id == i.ID {
		s.open.draft = d
	}
	return d, nil
}

// draft works out what becomes of the files of an import.
func (s *Service) draft(ctx context.Context, tenant okr.TenantID, i okr.Import) (*draft, error) {
	source, said, err := s.sourceOf(ctx, tenant, i)
	if err != nil {
		return nil, err
	}
	t, err := s.access.Settings(ctx, tenant)
	if err != nil {
		return nil, err
	}
	now := i.BegunAt // the same in all steps
	if now.IsZero() {
		now = s.Now()
	}
	return newDraft(source, i, t, said, now), nil
}

// PreviewImport says what an import would do; of one that has begun, only what it did.
// Nothing is written. Forbidden: the actor is
// no admin. Invalid: the files cannot be read, in words.
func (s *Service) PreviewImport(ctx context.Context, actor okr.Actor, id okr.ImportID) (okr.ImportPreview, error) {
	i, err := s.Import(ctx, actor, id)
	if err != nil || i.Phase != okr.ImportCollecting {
		return okr.ImportPreview{Import: i, Tally: i.Counts}, err
	}
	d, err := s.draft(ctx, actor.Tenant, i)
	if err != nil {
		return okr.ImportPreview{Import: i}, err
	}
	tally, err := s.tally(ctx, actor.Tenant, d)
	return okr.ImportPreview{
		Import: i, Tally: tally, Groups: d.groups(), Findings: d.findings.sorted(), People: d.people.sorted(), Words: d.words, Differences: d.differences(), Waits: d.waits(),
	}, err
}

// AnswerImport adds to what was answered of an import. Invalid: a kind that is none.
func (s *Service) AnswerImport(ctx context.Context, actor okr.Actor, id okr.ImportID, a okr.ImportAnswers) (okr.ImportPreview, error) {
	if _, err := s.collecting(ctx, actor, id); err != nil {
		return okr.ImportPreview{}, err
	}
	for word, kind := range a.Kinds {
		if !slices.Contains([]okr.GoalKind{okr.Objective, okr.KeyResult, okr.Project}, kind) {
			return okr.ImportPreview{}, okr.Errorf(okr.Invalid, "Choose whether %q is an objective, a key result or a project.", okr.Shorten(okr.CleanLine(word), okr.MaxName))
		}
	}
	if len(a.People) > 0 {
		if err := s.Shelf.RememberPeople(ctx, actor.Tenant, a.People); err != nil {
			return okr.ImportPreview{}, err
		}
	}
	_, err := s.change(ctx, actor.Tenant, id, func(i *okr.Import) {
		i.People, i.Kinds = joined(i.People, a.People), joined(i.Kinds, a.Kinds)
	})
	if err != nil {
		return okr.ImportPreview{}, err
	}
	return s.PreviewImport(ctx, actor, id)
}

// joined is a map with another one over it; neither changes.
func joined[K comparable, V any](was, over map[K]V) map[K]V {
	out := make(map[K]V, len(was)+len(over))
	for _, m := range []map[K]V{was, over} {
		maps.Copy(out, m)
	}
	return out
}

// waits says why an import cannot begin yet; empty: it can.
func (d *draft) waits() string {
	var words []string
	for _, w := range d.words {
		if w.Kind == "" {
			words = append(words, w.Word)
		}
	}
	switch {
	case len(words) > 0:
		return fmt.Sprintf("Match these types first: %s.", quoted(words))
	case !slices.ContainsFunc(d.order, func(n *node) bool { return !n.left }):
		return "The files have nothing to import."
	}
	return ""
}

// groups counts goals by kind, period and status.
func (d *draft) groups() []okr.ImportGroup {
	today := d.settings.Today(d.now)
	counts := map[okr.ImportGroup]int{}
	for _, n := range d.order {
		if !n.left {
			s := n.goal.Standing(n.goal.Period, d.settings.Bands, today)
			counts[okr.ImportGroup{Kind: n.kind, Period: n.goal.Period.Name, Status: s.Status}]++
		}
	}
	var out []okr.ImportGroup
	for group, count := range counts {
		group.Count = count
		out = append(out, group)
	}
	slices.SortFunc(out, func(a, b okr.ImportGroup) int {
		return cmp.Or(cmp.Compare(a.Period, b.Period), cmp.Compare(a.Kind.Prefix(), b.Kind.Prefix()), cmp.Compare(a.Status, b.Status))
	})
	return out
}
