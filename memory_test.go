package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMemoryIsTheLeastThatIsAllowed(t *testing.T) {
	t.Parallel()
	const gb = 1 << 30
	meminfo := "MemTotal:        8388608 kB\nMemFree:          1024 kB\n"
	for name, test := range map[string]struct {
		files map[string]string
		want  int64
	}{
		"nobody says":          {nil, 0},
		"machine":              {map[string]string{"proc/meminfo": meminfo}, 8 * gb},
		"no limit":             {map[string]string{"proc/meminfo": meminfo, "proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "max\n"}, 8 * gb},
		"container":            {map[string]string{"proc/meminfo": meminfo, "proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "1073741824\n"}, gb},
		"service":              {map[string]string{"proc/meminfo": meminfo, "proc/self/cgroup": "0::/system.slice/okrbot.service\n", "sys/fs/cgroup/system.slice/okrbot.service/memory.max": "2147483648\n"}, 2 * gb},
		"group above":          {map[string]string{"proc/meminfo": meminfo, "proc/self/cgroup": "0::/a/b\n", "sys/fs/cgroup/a/b/memory.max": "max\n", "sys/fs/cgroup/a/memory.max": "1073741824\n"}, gb},
		"groups of version 1":  {map[string]string{"proc/meminfo": meminfo, "proc/self/cgroup": "5:memory:/x\n", "sys/fs/cgroup/memory/memory.limit_in_bytes": "1073741824\n"}, gb},
		"more than there is":   {map[string]string{"proc/meminfo": meminfo, "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n"}, 8 * gb},
		"limit only":           {map[string]string{"sys/fs/cgroup/memory.max": "1073741824\n"}, gb},
		"nothing that is read": {map[string]string{"proc/meminfo": "MemTotal: much\n", "sys/fs/cgroup/memory.max": "?\n"}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root := t.TempDir()
			for file, content := range test.files {
				file = filepath.Join(root, file)
				require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o750))
				require.NoError(t, os.WriteFile(file, []byte(content), 0o600))
			}
			require.Equal(t, test.want, memoryAt(root))
		})
	}
}
