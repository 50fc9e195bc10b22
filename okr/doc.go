// Package okr is the domain of okrbot: its types, its rules and its errors, values
// in and values out. It does no I/O: what the use cases need from the outside it
// declares as interfaces (Store, Queries, …), and the time is an argument. The use
// cases stand in one package an activity below this one.
//
// # Glossary
//
//   - goal: what stands in the OKR tree. A goal is an [Objective] (what is to be
//     achieved), a [KeyResult] (a number that shows it) or a [Project] (work
//     that should bring it about).
//   - metric: the number of a key result: its name, unit, start, target and
//     current value.
//   - connection: a named way to one Azure DevOps project, with the access of
//     the person who made it.
//   - binding: a key result or project tied to a shared query through a
//     connection. Objectives are never bound.
//   - measure or method: what number is taken from the work items of a query.
//   - run: one execution of a shared query, with the work items it returned.
//   - measurement: what a run says of one binding, with its explanation.
//   - state category: Azure DevOps' grouping of work item states; an item is
//     completed when the category of its state is Completed.
//   - progress: how far a goal has come, in percent; expected progress is where
//     a straight line from the first to the last day would stand.
//   - status: on track, behind or at risk, from progress against the expected.
//   - step: what somebody can do next about a failure or a concern. The chat knows
//     by which command or button.
//   - subscription: a channel or chat that gets digests of chosen objectives.
//   - tenant: the Microsoft Entra tenant that people and data belong to.
package okr
