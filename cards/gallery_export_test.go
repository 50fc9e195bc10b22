package cards_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/cards"
	"okrbot/okr"
)

func exportCards() []exhibit {
	const name = "okrbot-2026-08-17.csv"
	return []exhibit{
		{"export", cards.AskExport(cards.ExportForm{Format: "xlsx"})},
		{"export-admin", cards.AskExport(cards.ExportForm{MayAll: true, Format: "xlsx", Scope: "visible"})},
		{"export-under-way", cards.ExportUnderWay(place, name, 40)},
		{"export-saved", cards.ExportSaved(cards.Exported{Name: name, Bytes: 1_234_567, Goals: 1204})},
		{"export-saved-nasty", cards.ExportSaved(cards.Exported{Name: nasty + ".csv", Bytes: 1, Goals: 1})},
		{"export-declined", cards.ExportNotSaved(name, true)},
		{"export-failed", cards.ExportNotSaved(name, false)},
		{"export-asked-elsewhere", cards.AskedInOwnChat()},
	}
}

// The cards of Teams about a file have the form of its documentation ("Send and receive
// files using bot").
func TestFileCards(t *testing.T) {
	t.Parallel()
	asks := cards.AskToSave(cards.SaveFile{
		Name: "okrs.csv", What: cards.ExportWords(1204, okr.ExportZIP), Bytes: 7, Verb: "v", Data: map[string]string{"format": "csv"},
	})
	raw, err := json.Marshal(asks)
	require.NoError(t, err)
	require.JSONEq(t, `{"contentType":"application/vnd.microsoft.teams.card.file.consent","name":"okrs.csv","content":{
		"description":"1,204 OKRs with their check-ins and comments","sizeInBytes":7,"acceptContext":{"verb":"v","format":"csv"},"declineContext":{"verb":"v","format":"csv"}}}`, string(raw))
	raw, err = json.Marshal(cards.File("https://contoso-my.sharepoint.com/okrs.csv", "okrs.csv", "1150", "csv"))
	require.NoError(t, err)
	require.JSONEq(t, `{"contentType":"application/vnd.microsoft.teams.card.file.info","contentUrl":"https://contoso-my.sharepoint.com/okrs.csv","name":"okrs.csv",
		"content":{"uniqueId":"1150","fileType":"csv"}}`, string(raw))
	long := cards.AskToSave(cards.SaveFile{Name: "x", What: strings.Repeat("long ", 10_000)})
	raw, err = json.Marshal(long)
	require.NoError(t, err)
	require.Less(t, len(raw), cards.MaxBytes)
}
