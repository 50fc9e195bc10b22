package transfer

import (
	"hash/fnv"
	"strconv"

	"okrbot/okr"
)

// Exports name things by whole numbers, as the organization export does. Those of goals
// have 11 digits: more than any id of Viva Goals, and as many as a spreadsheet shows
// and keeps.
const (
	tenantSpan = 10_000_000 // numbers of one tenant
	tenants    = 9_000      // how many tenants are told apart: a hash of the tenant, from 1000 on
	kinds      = 4
)

// GoalNumber is the number that exports of a tenant give to a goal that was made here.
// It is the same each time, and no other goal of the tenant has it.
func GoalNumber(tenant okr.TenantID, id okr.GoalID) string {
	kind := map[okr.GoalKind]int64{okr.Objective: 1, okr.KeyResult: 2, okr.Project: 3}[id.Kind()]
	n, _ := strconv.ParseInt(string(id)[len(id.Kind().Prefix()):], 10, 64)
	return strconv.FormatInt(tenantNumber(tenant)*tenantSpan+n*kinds+kind, 10)
}

// GoalOfNumber gives the goal of a number that [GoalNumber] made for this tenant. It
// reports false for any other number.
func GoalOfNumber(tenant okr.TenantID, number string) (okr.GoalID, bool) {
	n, err := strconv.ParseInt(number, 10, 64)
	n -= tenantNumber(tenant) * tenantSpan
	if err != nil || n < 0 || n >= tenantSpan {
		return "", false
	}
	prefix := map[int64]string{1: okr.ObjectivePrefix, 2: okr.KeyResultPrefix, 3: okr.ProjectPrefix}[n%kinds]
	id, ok := okr.ParseGoalID(prefix + strconv.FormatInt(n/kinds, 10))
	return id, ok && GoalNumber(tenant, id) == number
}

// checkInNumber is the number of a check-in or comment that was made here.
func checkInNumber(tenant okr.TenantID, id okr.CheckInID) string {
	n, err := strconv.ParseInt(string(id)[len(okr.CheckInPrefix):], 10, 64)
	if err != nil { // it was imported
		return NameNumber("check-in", string(id))
	}
	return strconv.FormatInt(tenantNumber(tenant)*tenantSpan+n, 10)
}

func tenantNumber(tenant okr.TenantID) int64 { return 1_000 + int64(hash(string(tenant))%tenants) }

// NameNumber is a number for something that has no other id than its name: the same for
// the same name, and for two names hardly ever.
func NameNumber(kind, name string) string {
	const digits = 1_000_000_000_000_000 // what every reader of JSON keeps
	return strconv.FormatUint(digits/10+hash(kind+"/"+name)%(digits-digits/10), 10)
}

func hash(text string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(text)) // never fails
	return h.Sum64()
}
