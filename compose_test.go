package main

import (
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"okrbot/manifest"
)

// composeService is what the tests look at of a service.
type composeService struct {
	Image       string
	Build       *struct{ Args map[string]string }
	PullPolicy  string `yaml:"pull_policy"`
	StopGrace   string `yaml:"stop_grace_period"`
	Command     []string
	Healthcheck struct{ Test []string }
	Networks    map[string]struct{ Aliases []string }
	Volumes     []string
	Ports       []string
}

func composeServices(t *testing.T) map[string]composeService {
	t.Helper()
	var compose struct{ Services map[string]composeService }
	require.NoError(t, yaml.Unmarshal([]byte(fileOf(t, "compose.yaml")), &compose))
	return compose.Services
}

func fileOf(t *testing.T, path string) string {
	t.Helper()
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(raw)
}

// The replicas are one image, built once with its version; they are looked at by
// what they say themselves, found by one name, and stopped no sooner than they can.
func TestComposeReplicas(t *testing.T) {
	t.Parallel()
	dockerfile := fileOf(t, "Dockerfile")
	replicas, builders := 0, 0
	for name, s := range composeServices(t) {
		if !strings.HasPrefix(name, "okrbot") {
			continue
		}
		replicas++
		require.Equal(t, "okrbot:${VERSION:-dev}", s.Image)
		if s.Build != nil {
			builders++
			require.Equal(t, "${VERSION:-dev}", s.Build.Args["VERSION"])
		} else {
			require.Equal(t, "never", s.PullPolicy, "no registry has it")
		}
		require.Equal(t, []string{"CMD", "/okrbot", "ready"}, s.Healthcheck.Test)
		require.Contains(t, s.Networks["default"].Aliases, "okrbot", "the proxy finds it")
		grace, err := time.ParseDuration(s.StopGrace)
		require.NoError(t, err)
		require.Greater(t, grace, shutdownTime+30*time.Second)
	}
	require.Equal(t, 2, replicas)
	require.Equal(t, 1, builders, "one build for both: two at once fail")
	require.Contains(t, dockerfile, `ENTRYPOINT ["/okrbot"]`)
	require.Contains(t, dockerfile, "ARG VERSION\n")
	require.Contains(t, dockerfile, "-X main.revision=${VERSION}")
	require.True(t, slices.ContainsFunc(commands(), func(c command) bool { return c.name == "ready" }))
}

// The Redis keeps what it was told, and the proxy has the file that its test is of.
func TestComposeRedisAndProxy(t *testing.T) {
	t.Parallel()
	services := composeServices(t)
	command := strings.Join(services["redis"].Command, " ")
	for _, want := range []string{"--appendonly yes", "--appendfsync everysec", "--maxmemory-policy noeviction"} {
		require.Contains(t, command, want)
	}
	require.Contains(t, services["redis"].Volumes, "redis:/data")
	require.Empty(t, services["redis"].Ports, "nobody outside reaches it")
	require.Contains(t, services["proxy"].Volumes, "./docs/operations/nginx.conf:/etc/nginx/nginx.conf:ro")
	nginx := operations(t, "nginx.conf")
	require.Contains(t, nginx, "set $okrbot okrbot:3978;")
	require.NotContains(t, nginx, "upstream okrbot", "names in it are looked up once")
	require.Contains(t, fileOf(t, "Dockerfile"), "EXPOSE 3978")
}

// What is built of the image is all that okrbot is made of.
// Folders that git ignores are made by runs on this machine.
func TestImageHasEveryRoom(t *testing.T) {
	t.Parallel()
	ignore := strings.Split(fileOf(t, ".dockerignore"), "\n")
	rooms, err := os.ReadDir(".")
	require.NoError(t, err)
	for _, room := range rooms {
		if !room.IsDir() || strings.HasPrefix(room.Name(), ".") || slices.Contains([]string{"docs", "bin", "devTools"}, room.Name()) {
			continue
		}
		require.Contains(t, ignore, "!"+room.Name())
	}
}

// The service for systemd lets okrbot stop its own Redis, after its turns.
func TestSystemdService(t *testing.T) {
	t.Parallel()
	unit := operations(t, "okrbot.service")
	for _, line := range []string{
		"KillMode=mixed", "StateDirectory=okrbot", "StateDirectoryMode=0700", "NoNewPrivileges=yes", "ProtectSystem=strict",
		"Environment=LISTEN_ADDR=127.0.0.1:3978 DATA_DIR=/var/lib/okrbot", "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX",
	} {
		require.Contains(t, unit, "\n"+line+"\n")
	}
	m := regexp.MustCompile(`\nTimeoutStopSec=(\d+)\n`).FindStringSubmatch(unit)
	require.NotNil(t, m)
	limit, err := time.ParseDuration(m[1] + "s")
	require.NoError(t, err)
	require.Greater(t, limit, shutdownTime+30*time.Second+10*time.Second, "turns, queue, Redis")
}

// Each way to put a proxy in front lets the same pages out.
func TestProxiesAgree(t *testing.T) {
	t.Parallel()
	m := regexp.MustCompile(`@okrbot path (.*)\n`).FindStringSubmatch(operations(t, "Caddyfile"))
	require.NotNil(t, m)
	pages := slices.AppendSeq([]string{"/api/messages", "/auth/start", "/auth/callback", "/connect/application", "/o/*", "/healthz"}, maps.Keys(manifest.Pages()))
	require.ElementsMatch(t, pages, strings.Fields(m[1]), "TestProxyKeepsTheRestInside has those of nginx.conf")
}

// The image holds the same program as make build makes, with the zones that an empty image lacks; the benchmark measures
// it too.
func TestImageIsBuiltAsTheBinary(t *testing.T) {
	t.Parallel()
	require.Contains(t, fileOf(t, "Makefile"), "-trimpath -tags nomsgpack -ldflags '-s -w ")
	require.Contains(t, fileOf(t, "Dockerfile"), "-trimpath -tags timetzdata,nomsgpack -ldflags \"-s -w ")
	require.Contains(t, fileOf(t, "bench_binary_linux_test.go"), `"-trimpath", "-tags", "nomsgpack"`)
}
