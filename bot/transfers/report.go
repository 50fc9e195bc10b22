package transfers

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"okrbot/bot/chat"
	"okrbot/bot/teams"
	"okrbot/okr"
)

const (
	// reportLife is how long the report of an import is kept: its files are forgotten when
	// it is done.
	reportLife = 30 * 24 * time.Hour
	// reportRows is how many rows of each finding it keeps, and of the differences.
	reportRows = 100
)

func reportKey(id okr.ImportID) string { return "import:" + string(id) }

// previewOf is what an import would do or, once it has begun, the report of what it did.
// NotFound: the report was kept for long enough.
func (s *Subject) previewOf(ctx context.Context, t *chat.Turn, id okr.ImportID) (v okr.ImportPreview, err error) {
	imp, err := s.Import.Import(ctx, t.Actor, id)
	if err != nil {
		return v, err
	}
	if imp.Phase == okr.ImportCollecting {
		return s.Import.PreviewImport(ctx, t.Actor, id)
	}
	data, err := s.chat.Memory.Draft(ctx, t.Actor.Tenant, reportKey(id))
	if okr.KindOf(err) == okr.NotFound && err != nil {
		return v, okr.Errorf(okr.NotFound, "The report of %s was deleted after 30 days. The imported OKRs stay.", id)
	}
	if err != nil {
		return v, err
	}
	if err := json.Unmarshal(data, &v); err != nil {
		return v, fmt.Errorf("report of an import: %w", err)
	}
	v.Import, v.Tally = imp, imp.Counts
	return v, nil
}

// keepReport keeps what a preview has to say, cut where it is long. Best effort: the
// import goes on without.
func (s *Subject) keepReport(ctx context.Context, t *chat.Turn, v okr.ImportPreview) {
	v.People, v.Words = nil, nil
	v.Differences = v.Differences[:min(len(v.Differences), reportRows)]
	findings := v.Findings
	v.Findings = nil
	for _, f := range findings {
		n := min(len(f.Rows), reportRows)
		f.Rows, f.More = f.Rows[:n], f.More+len(f.Rows)-n
		v.Findings = append(v.Findings, f)
	}
	data, err := json.Marshal(v)
	if err == nil {
		err = s.chat.Memory.PutDraft(ctx, t.Actor.Tenant, reportKey(v.Import.ID), data, reportLife)
	}
	if err != nil {
		s.chat.Logger.WarnContext(ctx, "report of an import not kept", "ref", teams.RefFrom(ctx), "err", okr.CauseOf(err))
	}
}
