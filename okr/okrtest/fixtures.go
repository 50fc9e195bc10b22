// Package okrtest has what tests of okrbot share: fixtures, the [World] of the
// use-case tests, a Redis server of one's own, and the contract that every store
// must keep.
package okrtest

import (
	"fmt"
	"time"

	"okrbot/okr"
)

// The people and the tenant of the fixtures.
var (
	Ada   = okr.Person{ID: "11111111-aaaa-4aaa-8aaa-111111111111", Name: "Ada Lovelace"}
	Grace = okr.Person{ID: "22222222-bbbb-4bbb-8bbb-222222222222", Name: "Grace Hopper"}
)

// TenantID is the tenant of the fixtures.
const TenantID okr.TenantID = "72f988bf-0000-4000-8000-2d7cd011db47"

// Noon is the moment at which the fixtures were made: 12:00 UTC on Monday,
// 2 February 2026, within [FirstQuarter].
func Noon() time.Time { return time.Date(2026, time.February, 2, 12, 0, 0, 0, time.UTC) }

// FirstQuarter is the period of the fixtures.
func FirstQuarter() okr.Period {
	return okr.Period{Name: "Q1 2026", Start: "2026-01-01", End: "2026-03-31"}
}

// Objective makes objective O<n> of Ada.
func Objective(n int) okr.Goal {
	return okr.Goal{
		ID: okr.GoalID(fmt.Sprintf("O%d", n)), Kind: okr.Objective, Title: fmt.Sprintf("Objective %d", n),
		Owner: Ada, Period: FirstQuarter(), CreatedBy: Ada, CreatedAt: Noon(),
	}
}

// KeyResult makes key result KR<n> of Ada below parent, from 0 to 100 percent,
// without a value yet.
func KeyResult(n int, parent okr.GoalID) okr.Goal {
	return okr.Goal{
		ID: okr.GoalID(fmt.Sprintf("KR%d", n)), Kind: okr.KeyResult, Title: fmt.Sprintf("Key result %d", n),
		Owner: Ada, Parent: parent, Period: FirstQuarter(), CreatedBy: Ada, CreatedAt: Noon(),
		Metric: &okr.Metric{Name: "Bugs closed", Unit: "%", Start: 0, Target: 100},
	}
}

// Project makes project P<n> of Ada below parent.
func Project(n int, parent okr.GoalID) okr.Goal {
	return okr.Goal{
		ID: okr.GoalID(fmt.Sprintf("P%d", n)), Kind: okr.Project, Title: fmt.Sprintf("Project %d", n),
		Owner: Ada, Parent: parent, Period: FirstQuarter(), CreatedBy: Ada, CreatedAt: Noon(),
	}
}

// Bound ties a key result or project to a flat query through a connection, not
// measured yet.
func Bound(goal okr.Goal, connection okr.ConnectionID, queryID string) okr.Goal {
	goal.Binding = &okr.Binding{
		Connection: connection, BoundBy: Ada, BoundAt: Noon(),
		Query: okr.Query{
			ID: queryID, Name: "Launch bugs", Path: "Shared Queries/Launch/Launch bugs", Kind: okr.FlatQuery,
			URL: "https://dev.azure.com/contoso/Launch/_queries/query/" + queryID,
		},
	}
	if goal.Kind == okr.KeyResult {
		goal.Binding.Method = okr.PercentCompleted
	}
	return goal
}

// Measured gives a bound goal its last measurement, and a key result its value.
func Measured(goal okr.Goal, m okr.Measurement) okr.Goal {
	binding := *goal.Binding
	binding.Last, binding.Health = &m, okr.Health{State: okr.HealthOK, Since: m.At, LastOK: m.At}
	goal.Binding = &binding
	if goal.Metric != nil {
		metric := *goal.Metric
		metric.Current, metric.At = m.Value, &m.At
		goal.Metric = &metric
	}
	return goal
}

// Measurement makes a measurement of completed of total items.
func Measurement(at time.Time, completed, total int) okr.Measurement {
	m := okr.Measurement{At: at, Completed: completed, Total: total, Account: "ada@contoso.example", Connection: "Launch"}
	if p, ok := m.Progress(); ok {
		m.Value = &p
	}
	return m
}

// Connection makes connection C<n>, called "Launch <n>", of a person to the
// project Launch of the organization contoso.
func Connection(n int, owner okr.Person) okr.Connection {
	return okr.Connection{
		ID: okr.ConnectionID(fmt.Sprintf("C%d", n)), Name: fmt.Sprintf("Launch %d", n), Organization: "contoso",
		Project: okr.RemoteProject{ID: "6ce954b1-ce1f-45d1-b94d-e6bf2464ba2c", Name: "Launch"},
		Owner:   owner, Credential: Credential(owner).ID, Account: Credential(owner).Account.UserName, CreatedAt: Noon(),
	}
}

// Credential makes the sign-in of a person with their own account, valid for an
// hour from Noon.
func Credential(owner okr.Person) okr.Credential {
	account := okr.Account{ObjectID: string(owner.ID), TenantID: string(TenantID), Name: owner.Name, UserName: "ada@contoso.example"}
	return okr.Credential{
		ID: okr.CredentialIDFor(owner.ID, account), Owner: owner.ID, Account: account,
		AccessToken: "access-token-of-the-fixture", RefreshToken: "refresh-token-of-the-fixture", FormerToken: "former-token-of-the-fixture",
		Expiry: Noon().Add(time.Hour), SignedInAt: Noon(),
	}
}

// Application makes the application okr-reader with a client secret, added by Ada, with a
// token that is valid for an hour from Noon.
func Application() okr.Credential {
	account := okr.Account{TenantID: string(TenantID), ObjectID: "5ec2e7a1-0000-4000-8000-0000000000a1", Name: "okr-reader", UserName: "the application okr-reader"}
	owner := okr.TheOrganization().ID
	return okr.Credential{
		ID: okr.CredentialIDFor(owner, account), Owner: owner, Account: account,
		AccessToken: "access-token-of-the-application", RenewedAt: Noon(), Expiry: Noon().Add(time.Hour), SignedInAt: Noon(),
		Application: &okr.Application{
			Name: "okr-reader", Kind: okr.BySecret, Proof: "client-secret-of-the-application", Thumbprint: "7BA5", Ends: Noon().AddDate(0, 6, 0), AddedBy: Ada,
		},
	}
}

// Conversation makes a channel called "Launch".
func Conversation(id string) okr.Conversation {
	return okr.Conversation{
		Tenant: TenantID, ID: id, Kind: okr.Channel, Name: "Launch", ServiceURL: "https://smba.trafficmanager.net/emea/",
		BotID: "28:33333333-cccc-4ccc-8ccc-333333333333", TeamID: "19:team@thread.tacv2",
	}
}

// Subscription makes subscription S<n> of a conversation to objectives.
func Subscription(n int, conversation okr.Conversation, objectives ...okr.GoalID) okr.Subscription {
	return okr.Subscription{
		ID: okr.SubscriptionID(fmt.Sprintf("S%d", n)), Conversation: conversation, DigestPlan: okr.DigestPlan{Objectives: objectives},
		CreatedBy: Ada, CreatedAt: Noon(),
	}
}

// Channel makes a channel of the world.
func Channel(id string) okr.Conversation {
	return okr.Conversation{Tenant: Contoso, ID: "19:" + id, Kind: okr.Channel, Name: "Launch"}
}
