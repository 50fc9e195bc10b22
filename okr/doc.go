// Package okr is the domain of okrbot: its types, its rules and its errors, values
// in and values out. It does no I/O: what the use cases need from the outside it
// declares as interfaces (Store, Queries, …), and the time is an argument. The use
// cases stand in one package an activity below this one.
//
// # Glossary
//
//   - tenant: the Microsoft Entra tenant that people and data belong to, with the
//     settings of its organization.
//   - actor: who does something, in which tenant, and whether others read along.
//   - activity: what people do with goals, a package each: access (who may), connect,
//     plan, measure, notify.
//   - goal: what stands in the OKR tree. A goal is an [Objective] (what is to be
//     achieved), a [KeyResult] (a number that shows it) or a [Project] (work
//     that should bring it about).
//   - project: the kind of goal. That of Azure DevOps is a [RemoteProject], and with
//     its organization a [ProjectRef].
//   - period: the span of days that a goal is for: a quarter, a year, or one of the
//     tenant's own ([TimePeriod]).
//   - metric: the number of a key result: its name, unit, start, target and
//     current value. A [Phase] is a value that it should have on a day between.
//   - credential: the tokens of one person's sign-in to Azure DevOps, sealed.
//   - connection: a named way to one project of Azure DevOps, with the credential of
//     the person who owns it. It is private or shared, and can be handed over.
//   - binding: a key result or project tied to a shared query through a
//     connection. Objectives are never bound.
//   - measure or method: what number is taken from the work items of a query.
//   - run: one execution of a shared query, with the work items it returned.
//   - snapshot: the items of the run before, by which the next one reads only what
//     changed.
//   - measurement: what a run says of one binding, with its explanation.
//   - sync: measuring all that is bound through a connection, each hour or when
//     somebody asks.
//   - health: whether a binding or connection works, and since when it does not.
//   - state category: Azure DevOps' grouping of work item states; an item is
//     completed when the category of its state is Completed.
//   - check-in: what a person says of a goal: a value, a status, a note. Over an
//     automatic value it is an [Override], for once or until it is resumed.
//   - progress: how far a goal has come, in percent; expected progress is where
//     a straight line from the first to the last day would stand.
//   - status: on track, behind or at risk, from progress against the expected.
//   - standing: progress and status of a goal at a time, and what they rest on.
//   - roll-up: what the goals below an objective make of it, by their weights.
//   - history: the values of a goal over time; a projection is where they lead.
//   - concern: why a goal needs attention.
//   - step: what somebody can do next about a failure or a concern. The chat knows
//     by which command or button.
//   - conversation: a 1:1 chat, group chat or channel in Teams.
//   - subscription: a conversation that gets digests of chosen goals.
//   - digest: what moved of a subscription's goals since each was last reported
//     ([Reported]).
//   - reminder: the asking for check-ins on a day of the week; a nudge is a person's.
package okr
