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
	return "okr:{" + escapeTag(tenant) + "}:" + join(parts)
}

// escapeTag makes sure that the tag is never empty, which would make it none.
func escapeTag(tenant okr.TenantID) string {
	if tenant == "" {
		return "-"
	}
	return url.QueryEscape(string(tenant))
}

func globalKey(parts ...string) string { return "okr:" + join(parts) }

func join(parts []string) string {
	escaped := make([]string, len(parts))
	for i, part := range parts {
		escaped[i] = url.QueryEscape(part)
	}
	return strings.Join(escaped, ":")
}

// recordKey: STRING, a value with the record. No TTL.
func recordKey(tenant okr.TenantID, kind, id string) string {
	return tenantKey(tenant, kind, "record", id)
}

// indexKey: ZSET of record ids by creation number. No TTL. The empty index is
// that of all records.
func indexKey(tenant okr.TenantID, kind, index string) string {
	if index == "" {
		return tenantKey(tenant, kind, "all")
	}
	return tenantKey(tenant, kind, "index", index)
}

// namesKey: HASH of unique name to record id. No TTL.
func namesKey(tenant okr.TenantID, kind string) string { return tenantKey(tenant, kind, "names") }

// createdKey: STRING, the last creation number of a kind. No TTL.
func createdKey(tenant okr.TenantID, kind string) string { return tenantKey(tenant, kind, "created") }

// numberKey: STRING, the last number given to a prefix of short ids. No TTL.
func numberKey(tenant okr.TenantID, prefix string) string { return tenantKey(tenant, "number", prefix) }

// historyKey: ZSET of values with a measurement by its time in Unix
// milliseconds, at most maxHistory of them. No TTL.
func historyKey(tenant okr.TenantID, goal okr.GoalID) string {
	return tenantKey(tenant, "history", string(goal))
}

// snapshotKey: STRING, gzip of a value with the snapshot. TTL snapshotTTL, anew
// with each run.
func snapshotKey(tenant okr.TenantID, access okr.CredentialID, query string) string {
	return tenantKey(tenant, "snapshot", string(access), query)
}

// credentialKey: STRING, a value with the sign-in, its tokens sealed. No TTL.
func credentialKey(tenant okr.TenantID, id okr.CredentialID) string {
	return tenantKey(tenant, "credential", string(id))
}

// credentialsKey: SET of the credential ids of a person. No TTL.
func credentialsKey(tenant okr.TenantID, owner okr.UserID) string {
	return tenantKey(tenant, "credentials", string(owner))
}

// refreshKey: STRING, the token of who refreshes a credential. TTL refreshLock.
func refreshKey(tenant okr.TenantID, id okr.CredentialID) string {
	return tenantKey(tenant, "refresh", string(id))
}

// conversationKey: STRING, a value with the conversation. No TTL.
func conversationKey(tenant okr.TenantID, id string) string {
	return tenantKey(tenant, "conversation", id)
}

// chatKey: STRING, the conversation id of a person's chat with the bot. No TTL.
func chatKey(tenant okr.TenantID, user okr.UserID) string {
	return tenantKey(tenant, "chat", string(user))
}

// deliveryKey: STRING, "done", or the token of who has an activity in hand. TTL
// deliveryTTL, or as long as it is held.
func deliveryKey(tenant okr.TenantID, conversation, activity string) string {
	return tenantKey(tenant, "delivery", conversation, activity)
}

// draftKey: STRING, a sealed draft. TTL by the caller.
func draftKey(tenant okr.TenantID, id string) string { return tenantKey(tenant, "draft", id) }

// triesKey: STRING, a count of tries. TTL by the caller, from the first try on.
func triesKey(tenant okr.TenantID, key string) string { return tenantKey(tenant, "tries", key) }

// ticketKey: STRING, what a ticket stands for, sealed. TTL by the caller. The
// ticket is a secret, so the key has its SHA-256 only.
func ticketKey(ticket string) string {
	sum := sha256.Sum256([]byte(ticket))
	return globalKey("ticket", hex.EncodeToString(sum[:]))
}

// dueKey: SET of the hourly work of one slot, of all tenants. No TTL.
func dueKey(slot int) string { return globalKey("due", strconv.Itoa(slot)) }

// tickedKey: STRING, Unix milliseconds up to which all due work was queued. No
// TTL.
func tickedKey() string { return globalKey("ticked") }

// canariesKey: HASH of the id of a seal key to a text that it sealed. No TTL.
func canariesKey() string { return globalKey("canaries") }

// syncedKey: STRING, Unix milliseconds of the last sync that was answered. No TTL.
func syncedKey() string { return globalKey("synced") }

// wantedKey: STRING, Unix milliseconds of the last minute in which a sync was due.
// No TTL.
func wantedKey() string { return globalKey("wanted") }

// writableKey: STRING, nothing, to see whether it can be written; n is any number.
// TTL writableTTL.
func writableKey(n int) string { return globalKey("writable", strconv.Itoa(n)) }
