package okrtest

import (
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// mending is how long a deployment may take until it serves again.
const mending = 2 * time.Minute

// masterName is what the Sentinel of a deployment calls its master.
const masterName = "okrs"

// durable makes a server write each command to disk before it answers.
func durable() []string { return []string{"--appendonly", "yes", "--appendfsync", "always"} }

// Deployment is one of the ways to run Redis, of redis-server processes that end
// with the test.
type Deployment struct {
	URL      string // as REDIS_URL
	servers  []*RedisServer
	sentinel *RedisServer // nil: there is none
	cluster  bool
	dead     *RedisServer // killed by Break
}

// Deployments are the ways to run Redis that okrbot supports.
func Deployments() map[string]func(testing.TB) *Deployment {
	return map[string]func(testing.TB) *Deployment{"single": StartSingle, "sentinel": StartReplicated, "cluster": StartCluster}
}

// StartSingle starts one server that writes through.
func StartSingle(tb testing.TB) *Deployment {
	tb.Helper()
	server := StartRedisServer(tb, durable()...)
	return &Deployment{URL: server.URL(), servers: []*RedisServer{server}}
}

// StartReplicated starts a master with one replica, and a Sentinel that makes the
// replica master when the master is gone for a second.
func StartReplicated(tb testing.TB) *Deployment {
	tb.Helper()
	master := StartRedisServer(tb, durable()...)
	replica := StartRedisServer(tb, append(durable(), replicaOf(master)...)...)
	d := &Deployment{servers: []*RedisServer{master, replica}, sentinel: StartSentinel(tb)}
	d.URL = "redis://" + d.sentinel.Addr() + "/0?master=" + masterName
	host, port, _ := net.SplitHostPort(master.Addr())
	for _, command := range [][]string{
		{"MONITOR", masterName, host, port, "1"},
		{"SET", masterName, "down-after-milliseconds", "1000"},
		{"SET", masterName, "failover-timeout", "3000"},
	} {
		answer, err := d.sentinel.Do(append([]string{"SENTINEL"}, command...)...)
		require.NoError(tb, err)
		require.Equal(tb, "+OK", answer)
	}
	d.until(tb, "Sentinel knows the replica and it follows", d.replicated)
	return d
}

func replicaOf(master *RedisServer) []string {
	host, port, _ := net.SplitHostPort(master.Addr())
	return []string{"--replicaof", host + " " + port, "--repl-diskless-sync-delay", "0"}
}

// clusterSlots is the number of hash slots of a Cluster
// (https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/).
const clusterSlots = 16384

// StartCluster starts a Cluster of three masters without replicas.
func StartCluster(tb testing.TB) *Deployment {
	tb.Helper()
	d := &Deployment{cluster: true}
	for range 3 {
		_, bus, _ := net.SplitHostPort(freeAddr(tb))
		args := append(durable(), "--cluster-enabled", "yes", "--cluster-port", bus, "--cluster-node-timeout", "2000")
		d.servers = append(d.servers, StartRedisServer(tb, args...))
	}
	var addrs []string
	for i, server := range d.servers {
		first, last := slotsOf(i, len(d.servers))
		answer, err := server.Do("CLUSTER", "ADDSLOTSRANGE", strconv.Itoa(first), strconv.Itoa(last))
		require.NoError(tb, err)
		require.Equal(tb, "+OK", answer)
		host, port, _ := net.SplitHostPort(server.Addr())
		_, err = d.servers[0].Do("CLUSTER", "MEET", host, port, server.args[slices.Index(server.args, "--cluster-port")+1])
		require.NoError(tb, err)
		addrs = append(addrs, server.Addr())
	}
	d.URL = "redis://" + strings.Join(addrs, ",")
	d.until(tb, "the Cluster covers all slots", d.serves)
	return d
}

func slotsOf(i, n int) (first, last int) { return i * clusterSlots / n, (i+1)*clusterSlots/n - 1 }

// Owner is the server that takes writes of a key now.
func (d *Deployment) Owner(tb testing.TB, key string) *RedisServer {
	tb.Helper()
	switch {
	case d.cluster:
		answer, err := d.alive().Do("CLUSTER", "KEYSLOT", key)
		require.NoError(tb, err)
		slot, err := strconv.Atoi(strings.TrimPrefix(answer, ":"))
		require.NoError(tb, err)
		for i, server := range d.servers {
			if first, last := slotsOf(i, len(d.servers)); slot >= first && slot <= last {
				return server
			}
		}
	case d.sentinel != nil:
		return d.master(tb)
	}
	return d.servers[0]
}

func (d *Deployment) alive() *RedisServer {
	for _, server := range d.servers {
		if server != d.dead {
			return server
		}
	}
	return nil
}

// master is whom the Sentinel sends clients to.
func (d *Deployment) master(tb testing.TB) *RedisServer {
	tb.Helper()
	lines, err := d.sentinel.ask("SENTINEL", "GET-MASTER-ADDR-BY-NAME", masterName)
	require.NoError(tb, err)
	for _, server := range d.servers {
		if _, port, _ := net.SplitHostPort(server.Addr()); strings.Contains(lines, "\r\n"+port+"\r\n") {
			return server
		}
	}
	require.Fail(tb, "no such master", lines)
	return nil
}

// Break kills the server that takes writes of a key, as kill -9 does.
func (d *Deployment) Break(tb testing.TB, key string) {
	tb.Helper()
	d.dead = d.Owner(tb, key)
	d.dead.Kill()
}

// Mend makes the deployment serve again after Break: with a Sentinel the replica
// takes over and the killed server comes back as its replica, else the killed
// server is started again. It returns when writes are taken.
func (d *Deployment) Mend(tb testing.TB) {
	tb.Helper()
	if d.sentinel != nil {
		d.until(tb, "the replica took over", func() error {
			if d.master(tb) == d.dead {
				return fmt.Errorf("the dead server is still the master")
			}
			return nil
		})
		d.dead.args = append(durable(), replicaOf(d.master(tb))...)
	}
	d.dead.Restart(tb)
	d.dead = nil
	d.until(tb, "writes are taken", d.serves)
	if d.sentinel != nil {
		d.until(tb, "the replica follows", d.replicated)
	}
}

// Restart kills every server and starts it again.
func (d *Deployment) Restart(tb testing.TB) {
	tb.Helper()
	if d.sentinel != nil {
		master := d.master(tb)
		d.sentinel.Kill()
		for _, server := range d.servers {
			server.args = durable()
			if server != master {
				server.args = append(server.args, replicaOf(master)...)
			}
		}
		defer d.until(tb, "the replica follows", d.replicated)
		defer d.sentinel.Restart(tb)
	}
	for _, server := range d.servers {
		server.Kill()
	}
	for _, server := range d.servers {
		server.Restart(tb)
	}
	d.until(tb, "writes are taken", d.serves)
}

// Pause makes every server hang, a Sentinel too, as machines do that stand still.
// A Sentinel that went on would fail over to a replica that stands still as well.
func (d *Deployment) Pause(tb testing.TB) {
	tb.Helper()
	for _, server := range d.everybody() {
		server.Pause(tb)
	}
}

// Resume ends a Pause.
func (d *Deployment) Resume(tb testing.TB) {
	tb.Helper()
	for _, server := range d.everybody() {
		server.Resume(tb)
	}
	d.until(tb, "writes are taken", d.serves)
}

func (d *Deployment) everybody() []*RedisServer {
	if d.sentinel == nil {
		return d.servers
	}
	return append(slices.Clone(d.servers), d.sentinel)
}

// Do sends a command to the server that takes writes of a key, and gives the
// whole answer as it is on the wire.
func (d *Deployment) Do(tb testing.TB, key string, args ...string) string {
	tb.Helper()
	answer, err := d.Owner(tb, key).ask(args...)
	require.NoError(tb, err)
	return answer
}

// serves says whether every server with data takes writes or follows a master.
func (d *Deployment) serves() error {
	for _, server := range d.servers {
		if !d.cluster {
			answer, err := server.Do("SET", "probe", "1")
			if err != nil || answer != "+OK" && !strings.HasPrefix(answer, "-READONLY") {
				return fmt.Errorf("%s: %s %w", server.Addr(), answer, err)
			}
			continue
		}
		info, err := server.ask("CLUSTER", "INFO")
		if err != nil || !strings.Contains(info, "cluster_state:ok") || !strings.Contains(info, "cluster_known_nodes:3") {
			return fmt.Errorf("%s: %s %w", server.Addr(), info, err)
		}
	}
	return nil
}

// replicated says whether a failover would lose nothing: the Sentinel knows one
// replica, and it follows.
func (d *Deployment) replicated() error {
	known, err := d.sentinel.ask("SENTINEL", "MASTER", masterName)
	if err != nil || !strings.Contains(known, "num-slaves\r\n$1\r\n1\r\n") {
		return fmt.Errorf("%s %w", known, err)
	}
	for _, server := range d.servers {
		info, err := server.ask("INFO", "replication")
		if err != nil {
			return err
		}
		if strings.Contains(info, "state=online") {
			return nil
		}
	}
	return fmt.Errorf("no replica is online")
}

func (d *Deployment) until(tb testing.TB, what string, is func() error) {
	tb.Helper()
	deadline, poll := time.NewTimer(mending), time.NewTicker(20*time.Millisecond)
	defer deadline.Stop()
	defer poll.Stop()
	for {
		err := is()
		if err == nil {
			return
		}
		select {
		case <-deadline.C:
			require.NoError(tb, err, "not in time: "+what)
		case <-poll.C:
		}
	}
}
