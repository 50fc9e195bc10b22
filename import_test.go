package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/ado/adotest"
	"okrbot/bot/bottest"
	"okrbot/okr/okrtest"
)

const exampleExport = "okr/transfer/files/testdata/contoso"

// TestImportCommand imports as a program: the preview alone, the import, a second time, and
// what it exports then into another tenant.
func TestImportCommand(t *testing.T) {
	t.Parallel()
	binary := okrbotBinary(t)
	const other = "6f1b6a3e-0d0a-4a54-9d3a-1f6c2b7e9aff"
	env := configEnv(map[string]string{
		"REDIS_URL": okrtest.StartRedis(t), "SEAL_KEYS": configKey("k", 32), "ADMIN_OBJECT_IDS": bottest.DefaultTenant + "/" + adotest.AlexOID + "," + other + "/" + adotest.AlexOID,
	})
	folder := t.TempDir()
	okrbot := func(args ...string) string {
		cmd := exec.CommandContext(t.Context(), binary, args...) //nolint:gosec // the test's own
		for _, name := range variableNames() {
			if v := env(name); v != "" {
				cmd.Env = append(cmd.Env, name+"="+v)
			}
		}
		cmd.Env = append(cmd.Env, endsAtOnce)
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s", out)
		return string(out)
	}
	people := filepath.Join(folder, "people.csv")
	require.NoError(t, os.WriteFile(people, []byte("\ufeffdisplayName,userPrincipalName,mail,objectId\nMegan Bowen,megan@contoso.example,,"+adotest.MeganOID+"\n"), 0o600))
	bring := []string{
		"import", exampleExport + ".zip", "--tenant", bottest.DefaultTenant, exampleExport + ".csv", "--as", adotest.AlexOID, "--people", people,
		"--kind", "Big rock=objective", "--kind", "Kpi=key result", "--kind", "Deliverable=project",
	}
	said := okrbot(append(bring, "--dry-run")...)
	require.Contains(t, said, "contoso.zip: organization export (ZIP), 130 items")
	require.Contains(t, said, "Not found here, so their goals have no owner (7)")
	require.Contains(t, said, "Nothing was written")
	said = okrbot(bring...)
	require.Regexp(t, `Imported IM\d+: 1\d\d goals created, 0 updated`, said)
	require.Regexp(t, `Imported IM\d+: 0 goals created, 0 updated, 1\d\d unchanged`, okrbot(bring...))

	first, second := filepath.Join(folder, "first.zip"), filepath.Join(folder, "second.zip")
	okrbot("export", "--tenant", bottest.DefaultTenant, "--all", "--out", first)
	back := okrbot("import", first, "--tenant", bottest.DefaultTenant, "--as", adotest.AlexOID, "--people", people)
	require.Regexp(t, `: 0 goals created, 0 updated, 1\d\d unchanged, 0 kept as they are here; 0 rows skipped. 0 check-ins, 0 comments`, back, "it comes from here")
	table := filepath.Join(folder, "first.csv")
	okrbot("export", "--tenant", bottest.DefaultTenant, "--all", "--out", table)
	require.Regexp(t, `: 0 goals created, .* 0 check-ins, 0 comments`, okrbot("import", table, "--tenant", bottest.DefaultTenant, "--as", adotest.AlexOID, "--people", people))
	okrbot("import", first, "--tenant", other, "--as", adotest.AlexOID, "--people", people)
	said = okrbot("export", "--tenant", other, "--all", "--out", second)
	require.Regexp(t, `1\d\d goals`, said)
}

// An import that is interrupted goes on with the same command, and changes nothing twice.
func TestImportCommandGoesOn(t *testing.T) {
	t.Parallel()
	env := configEnv(map[string]string{"REDIS_URL": okrtest.StartRedis(t), "SEAL_KEYS": configKey("k", 32), "ADMIN_OBJECT_IDS": bottest.DefaultTenant + "/" + adotest.AlexOID})
	args := []string{"import", exampleExport + ".csv", "--tenant", bottest.DefaultTenant, "--as", adotest.AlexOID, "--kind", "Big rock=objective", "--kind", "Kpi=key result", "--kind", "Deliverable=project"}
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	err := run(ctx, args, env, &interrupting{at: "Importing", interrupt: interrupt})
	require.ErrorContains(t, err, "Run the same command again")
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), args, env, &out))
	require.NotContains(t, out.String(), "KIND", "it goes on at once")
	require.Regexp(t, `Imported IM1: 1\d\d goals created`, out.String())
}

// interrupting interrupts when a text is written.
type interrupting struct {
	at        string
	interrupt func()
}

// Write implements io.Writer.
func (i *interrupting) Write(p []byte) (int, error) {
	if bytes.Contains(p, []byte(i.at)) {
		i.interrupt()
	}
	return len(p), nil
}

func TestImportCommandRefuses(t *testing.T) {
	t.Parallel()
	env := configEnv(map[string]string{"REDIS_URL": okrtest.StartRedis(t), "SEAL_KEYS": configKey("k", 32), "ADMIN_OBJECT_IDS": bottest.DefaultTenant + "/" + adotest.AlexOID})
	folder := t.TempDir()
	text := filepath.Join(folder, "a.pdf")
	require.NoError(t, os.WriteFile(text, []byte("%PDF-1.7"), 0o600))
	tenant := []string{"--tenant", bottest.DefaultTenant, "--as", adotest.AlexOID}
	for words, args := range map[string][]string{
		"usage: okrbot import FILE":   tenant,
		"--as OBJECT-ID":              {exampleExport + ".zip", "--tenant", bottest.DefaultTenant},
		`--as "Alex"`:                 {exampleExport + ".zip", "--tenant", bottest.DefaultTenant, "--as", "Alex"},
		"Only an admin":               {exampleExport + ".zip", "--tenant", bottest.DefaultTenant, "--as", adotest.LeeOID},
		"no such file":                append([]string{filepath.Join(folder, "none.zip")}, tenant...),
		"a.pdf":                       append([]string{text}, tenant...),
		"column Object ID is missing": append([]string{exampleExport + ".zip", "--people", text}, tenant...),
		"is not WORD=KIND":            append([]string{exampleExport + ".zip", "--kind", "Rock"}, tenant...),
		"Choose whether":              append([]string{exampleExport + ".zip", "--kind", "Rock=stone"}, tenant...),
		"okrbot help import":          append([]string{exampleExport + ".zip", "--everything"}, tenant...),
	} {
		var out bytes.Buffer
		require.ErrorContains(t, run(t.Context(), append([]string{"import"}, args...), env, &out), words)
	}
	require.NoError(t, run(t.Context(), append([]string{"import", exampleExport + ".zip", "--dry-run"}, tenant...), env, &bytes.Buffer{}), "nothing stays of what was refused")
}
