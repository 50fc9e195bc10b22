package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/ado/adotest"
	"okrbot/bot/bottest"
	"okrbot/okr/okrtest"
)

// TestExportCommand exports as a program beside an okrbot that runs: what one person sees,
// everything, each format, to a file that nobody else reads and to the standard output.
func TestExportCommand(t *testing.T) {
	t.Parallel()
	binary := okrbotBinary(t)
	w := newServeWorld(t)
	require.NoError(t, w.Start())
	play(t, w,
		"user megan", "say new objective Launch the shop", "press Save", "expect O1",
		"say new objective Secret plan", "fill private=true", "press Save", "expect O2",
		"say new kr Ship 40 stores", "fill parent='O1 Launch the shop' metric=Stores target=40", "press Save", "expect KR1",
		"say set KR1 to 10", "press Save", "expect 'KR1'",
	)
	folder := t.TempDir()
	okrbot := func(args ...string) (string, error) {
		cmd := exec.CommandContext(t.Context(), binary, append([]string{"export", "--tenant", bottest.DefaultTenant}, args...)...) //nolint:gosec // the test's own
		cmd.Dir = folder
		for _, name := range variableNames() {
			if v := w.Getenv(name); v != "" {
				cmd.Env = append(cmd.Env, name+"="+v)
			}
		}
		cmd.Env = append(cmd.Env, endsAtOnce)
		out, err := cmd.Output()
		return string(out), err
	}
	said, err := okrbot("--as", adotest.LeeOID, "--out", "lee.csv")
	require.NoError(t, err)
	require.Equal(t, "Wrote lee.csv: 2 goals, 1 check-in, 0 comments.\n", said)
	raw, err := os.ReadFile(filepath.Join(folder, "lee.csv"))
	require.NoError(t, err)
	require.Contains(t, string(raw), "Ship 40 stores")
	require.NotContains(t, string(raw), "Secret plan")
	about, err := os.Stat(filepath.Join(folder, "lee.csv"))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), about.Mode().Perm())

	said, err = okrbot("--as", adotest.MeganOID, "--format", "csv", "--out", "-")
	require.NoError(t, err)
	require.Contains(t, said, "Secret plan")
	require.NotContains(t, said, "Wrote")
	for _, format := range []string{"csv", "xlsx", "zip"} {
		said, err = okrbot("--all", "--format", format)
		require.NoError(t, err)
		require.Regexp(t, `^Wrote okrbot-20\d\d-\d\d-\d\d\.`+format+`: 3 goals, 1 check-in, 0 comments\.\n$`, said)
	}
	entries, err := os.ReadDir(folder)
	require.NoError(t, err)
	require.Len(t, entries, 4, "nothing else stays behind")
	require.NoError(t, w.Stop())
}

func TestExportCommandRefuses(t *testing.T) {
	t.Parallel()
	env := configEnv(map[string]string{"REDIS_URL": okrtest.StartRedis(t), "SEAL_KEYS": configKey("k", 32)})
	tenant := bottest.DefaultTenant
	for words, args := range map[string][]string{
		"usage: okrbot export":                         {"--all"},
		"set either --as OBJECT-ID":                    {"--tenant", tenant},
		"--all for everything":                         {"--tenant", tenant, "--all", "--as", adotest.LeeOID},
		"must be csv, xlsx or zip":                     {"--tenant", tenant, "--all", "--format", "pdf"},
		"okrbot help export":                           {"--tenant", tenant, "--everything"},
		`--tenant "contoso"`:                           {"--tenant", "contoso", "--all"},
		`--as "Lee Gu"`:                                {"--tenant", tenant, "--as", "Lee Gu"},
		"usage: okrbot export --tenant ID":             {"--tenant", tenant, "--all", "file.zip"},
		"this tenant has no goals":                     {"--tenant", tenant, "--all"},
		"this person can see none. Find the tenant id": {"--tenant", tenant, "--as", adotest.LeeOID},
	} {
		var out bytes.Buffer
		require.ErrorContains(t, run(t.Context(), append([]string{"export"}, args...), env, &out), words)
		require.Empty(t, out.String())
	}
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), []string{"help", "export"}, env, &out))
	require.Contains(t, out.String(), "usage: okrbot export --tenant ID")
	require.Contains(t, out.String(), "-format string")
}
