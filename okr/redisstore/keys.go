package redisstore

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"strconv"
	"strings"

	"okrbot/okr"
)

// tenantKey makes a key of a tenant. The tenant is the hash tag, so that all its
// keys stand on one slot of a Cluster. Parts are escaped: no two lists of parts
// make the same key, whatever they hold.
func tenantKey(tenant okr.TenantID, parts ...string) string {
	b := append(append(append(make([]byte, 0, 128), "okr:{"...), escapeTag(tenant)...), "}:"...)
	return string(appendParts(b, parts))
}

// escapeTag makes sure that the tag is never empty, which would make it none.
func escapeTag(tenant okr.TenantID) string {
	if tenant == "" {
		return "-"
	}
	return url.QueryEscape(string(tenant))
}

func globalKey(parts ...string) string { return string(appendParts([]byte("okr:"), parts)) }

func appendParts(b []byte, parts []string) []byte {
	for i, part := range parts {
		if i > 0 {
			b = append(b, ':')
		}
		b = append(b, url.QueryEscape(part)...)
	}
	return b
}

// Each key function says what it is for, when it ends, and how many there are at
// most (Bound:); docs/operations/keys.md is made of that.

// recordKey: STRING, a value with the record. No TTL. Bound: what people make,
// until it is deleted; deleted goals end after 30 days with their check-ins, what a
// person chose after 400 days without them.
func recordKey(tenant okr.TenantID, kind, id string) string {
	return tenantKey(tenant, kind, "record", id)
}

// indexKey: ZSET of record ids by creation number. No TTL. The empty index is
// that of all records. Bound: a few places for each record.
func indexKey(tenant okr.TenantID, kind, index string) string {
	if index == "" {
		return tenantKey(tenant, kind, "all")
	}
	return tenantKey(tenant, kind, "index", index)
}

// namesKey: HASH of unique name to record id. No TTL. Bound: a place for each
// connection and digest.
func namesKey(tenant okr.TenantID, kind string) string { return tenantKey(tenant, kind, "names") }

// coursesKey: HASH of a goal id to what its status depends on besides the day. No TTL.
// Bound: a place for each goal.
func coursesKey(tenant okr.TenantID) string { return tenantKey(tenant, "goal", "course") }

// olderCoursesKey: HASH of a goal id to the same, as a program without lists by
// status keeps it: what it has written is worked out anew. No TTL. Bound: a place for each goal that such a
// program wrote; none once somebody asks for a status.
func olderCoursesKey(tenant okr.TenantID) string { return tenantKey(tenant, "goal", "courses") }

// placedKey: STRING, for which bands and day goals are in the lists by status, and since
// when. No TTL. Bound: one for each tenant of more than 7,000 goals.
func placedKey(tenant okr.TenantID) string { return tenantKey(tenant, "goal", "placed") }

// placedInKey: ZSET of the ids of goals that have a status by creation number. No TTL.
// Bound: one for each status of a tenant of more than 7,000 goals, with a place for each
// goal; all begin anew after a week.
func placedInKey(tenant okr.TenantID, status okr.Status) string {
	return tenantKey(tenant, "goal", "status", string(status))
}

// turnsKey: ZSET of goal ids by the day on which their status may change next. No TTL.
// Bound: a place for each goal of a tenant of more than 7,000.
func turnsKey(tenant okr.TenantID) string { return tenantKey(tenant, "goal", "turns") }

// createdKey: STRING, the last creation number of a kind. No TTL. Bound: one for
// each kind of record.
func createdKey(tenant okr.TenantID, kind string) string { return tenantKey(tenant, kind, "created") }

// numberKey: STRING, the last number given to a prefix of short ids. No TTL. Bound:
// one for each of nine prefixes.
func numberKey(tenant okr.TenantID, prefix string) string { return tenantKey(tenant, "number", prefix) }

// historyKey: ZSET of values with a measurement by its time in Unix milliseconds. No
// TTL. Bound: one for each goal; the measurements of a week as they are (82 to 248 of
// them where there are so many), and of those before one a day, without names, of five
// years.
func historyKey(tenant okr.TenantID, goal okr.GoalID) string {
	return tenantKey(tenant, "history", string(goal))
}

// thinnedKey: HASH of a goal id to the Unix milliseconds up to which its history is
// thinned. No TTL. Bound: a place for each goal that moved more than 82 times.
func thinnedKey(tenant okr.TenantID) string { return tenantKey(tenant, "thinned") }

// snapshotKey: STRING, gzip of a value with the snapshot. TTL: 90 days, anew
// with each run. Bound: one for each query and sign-in, of 20,000 work items at most.
func snapshotKey(tenant okr.TenantID, access okr.CredentialID, query string) string {
	return tenantKey(tenant, "snapshot", string(access), query)
}

// credentialKey: STRING, a value with the sign-in, its tokens sealed. No TTL.
// Bound: one for each account that a person signed in with, until it is signed out.
func credentialKey(tenant okr.TenantID, id okr.CredentialID) string {
	return tenantKey(tenant, "credential", string(id))
}

// credentialsKey: SET of the credential ids of a person. No TTL. Bound: one for
// each person who signed in.
func credentialsKey(tenant okr.TenantID, owner okr.UserID) string {
	return tenantKey(tenant, "credentials", string(owner))
}

// refreshKey: STRING, the token of who refreshes a credential. TTL: 40 s.
// Bound: one for each renewal under way.
func refreshKey(tenant okr.TenantID, id okr.CredentialID) string {
	return tenantKey(tenant, "refresh", string(id))
}

// gateKey: HASH of a process to what it has under way at Azure DevOps with an account
// or application, and when the service takes requests again. TTL: 5 s after the last request, and until
// the service takes them, 10 minutes at most. Bound: one for each account in use, with a
// place for each process that uses it.
func gateKey(tenant okr.TenantID, budget string) string {
	return tenantKey(tenant, "gate", budget)
}

// conversationKey: STRING, a value with the conversation. TTL: 400 days from the
// last turn there; none for a person's own chat. Bound: one for each person, and
// each channel and group chat in which somebody used okrbot.
func conversationKey(tenant okr.TenantID, id string) string {
	return tenantKey(tenant, "conversation", id)
}

// chatKey: STRING, the conversation id of a person's chat with the bot. No TTL.
// Bound: one for each person.
func chatKey(tenant okr.TenantID, user okr.UserID) string {
	return tenantKey(tenant, "chat", string(user))
}

// deliveryKey: STRING, "done:" and the token of who handled it, or that of who has an activity in hand. TTL:
// an hour, or as long as it is held. Bound: one for each turn of an hour.
func deliveryKey(tenant okr.TenantID, conversation, activity string) string {
	return tenantKey(tenant, "delivery", conversation, activity)
}

// draftKey: STRING, a sealed draft; of the forms that a person opened LIST of sealed notes.
// TTL: a day for an open form and for that list, 10 minutes for what a person can undo, at most 30 days for what
// else is remembered of a person and for what an import has reported. Bound: one for each form that was opened that
// day, a few for each person, and one for each import of a month; the list has 60 notes at most, what can be undone
// is one thing, and a report names at most 100 rows of a kind.
func draftKey(tenant okr.TenantID, id string) string { return tenantKey(tenant, "draft", id) }

// standsAlone says whether nothing else depends on what stands under a key: a draft of any tenant, and a ticket.
func standsAlone(key string) bool {
	return strings.Contains(key, "}:draft:") || strings.HasPrefix(key, globalKey("ticket")+":")
}

// triesKey: STRING, a count of tries. TTL: 10 seconds to 7 days, from the first try
// on. Bound: one for each person, goal or place that is counted.
func triesKey(tenant okr.TenantID, key string) string { return tenantKey(tenant, "tries", key) }

// importPieceKey: STRING, a sealed piece of 1 MiB of a file that is to be imported. TTL: 7
// days, or until the import is done. Bound: 100 MB for each import that is open.
func importPieceKey(tenant okr.TenantID, ref, n string) string {
	return tenantKey(tenant, "import", "piece", ref, n)
}

// importCursorKey: STRING, a value with how far the writing of an import has come. TTL: 30
// days, anew with each step; none is left when it is done. Bound: one for each import.
func importCursorKey(tenant okr.TenantID, id okr.ImportID) string {
	return tenantKey(tenant, "import", "cursor", string(id))
}

// importedKey: HASH of the id of an item in its source to a value with the goal that it
// became, and hashes of its fields. No TTL. Bound: a place for each goal that came by an
// import, of some 400 bytes; of one that an import changed also what it was before.
func importedKey(tenant okr.TenantID) string { return tenantKey(tenant, "import", "goals") }

// importAddedKey: HASH of the id of a check-in that an import brought to a goal of an
// import before, to the id of that goal. No TTL. Bound: a place for each such check-in,
// until the import is undone.
func importAddedKey(tenant okr.TenantID, id okr.ImportID) string {
	return tenantKey(tenant, "import", "added", string(id))
}

// importPeopleKey: HASH of the e-mail address or name of somebody in imported files to a
// value with who it is here. No TTL. Bound: a place for each person whom an admin chose.
func importPeopleKey(tenant okr.TenantID) string { return tenantKey(tenant, "import", "people") }

// ticketKey: STRING, what a ticket is for, sealed. TTL: 10 minutes; 40 for the
// form of an application; a day for a single sign-on that was done. The ticket is a secret, so the key has its SHA-256 only.
// Bound: a few for each sign-in under way, and one for each single sign-on of a day.
func ticketKey(ticket string) string {
	sum := sha256.Sum256([]byte(ticket))
	return globalKey("ticket", hex.EncodeToString(sum[:]))
}

// dueKey: SET of the hourly work of one slot, of all tenants. No TTL. Bound: 1,440,
// with a place for each connection, digest and person.
func dueKey(slot int) string { return globalKey("due", strconv.Itoa(slot)) }

// tickedKey: STRING, Unix milliseconds up to which all due work was queued. No
// TTL. Bound: one.
func tickedKey() string { return globalKey("ticked") }

// canariesKey: HASH of the id of a seal key to a text that it sealed. No TTL.
// Bound: a place for each key of SEAL_KEYS.
func canariesKey() string { return globalKey("canaries") }

// syncedKey: STRING, Unix milliseconds of the last sync that was answered. No TTL.
// Bound: one.
func syncedKey() string { return globalKey("synced") }

// wantedKey: STRING, Unix milliseconds of the last minute in which a sync was due.
// No TTL. Bound: one.
func wantedKey() string { return globalKey("wanted") }

// writableKey: STRING, nothing, to see whether it can be written; n is any number.
// TTL: a minute. Bound: one for each master and process.
func writableKey(n int) string { return globalKey("writable", strconv.Itoa(n)) }
