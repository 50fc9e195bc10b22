package adotest

// The processes as Azure DevOps ships them (Microsoft Learn, "Workflow states
// and state categories" and "Choose a process"). Note that the Agile Bug has no
// Removed state and that the Scrum Bug has one.

func proposed(n string) State  { return State{n, "b2b2b2", "Proposed"} }
func progress(n string) State  { return State{n, "007acc", "InProgress"} }
func resolved(n string) State  { return State{n, "ff9d00", "Resolved"} }
func completed(n string) State { return State{n, "339933", "Completed"} }
func removed(n string) State   { return State{n, "ffffff", "Removed"} }

func kind(name, ref, color, icon string, states ...State) Type {
	return Type{Name: name, ReferenceName: "Microsoft.VSTS.WorkItemTypes." + ref, Color: color, Icon: icon, States: states}
}

// Agile returns the work item types of the Agile process.
func Agile() []Type {
	portfolio := []State{proposed("New"), progress("Active"), resolved("Resolved"), completed("Closed"), removed("Removed")}
	return append([]Type{
		kind("Epic", "Epic", "E06C00", "icon_crown", portfolio...),
		kind("Feature", "Feature", "773B93", "icon_trophy", portfolio...),
		kind("User Story", "UserStory", "0098C7", "icon_book", portfolio...),
		kind("Task", "Task", "A4880A", "icon_clipboard", proposed("New"), progress("Active"), completed("Closed"), removed("Removed")),
		kind("Bug", "Bug", "CC293D", "icon_insect", proposed("New"), progress("Active"), resolved("Resolved"), completed("Closed")),
		kind("Issue", "Issue", "B4009E", "icon_traffic_cone", progress("Active"), completed("Closed")),
	}, testTypes()...)
}

// Scrum returns the work item types of the Scrum process.
func Scrum() []Type {
	portfolio := []State{proposed("New"), progress("In Progress"), completed("Done"), removed("Removed")}
	// Approved is Proposed: committing to it is what starts the work.
	backlog := []State{proposed("New"), proposed("Approved"), progress("Committed"), completed("Done"), removed("Removed")}
	return append([]Type{
		kind("Epic", "Epic", "E06C00", "icon_crown", portfolio...),
		kind("Feature", "Feature", "773B93", "icon_trophy", portfolio...),
		kind("Product Backlog Item", "ProductBacklogItem", "0098C7", "icon_list", backlog...),
		kind("Bug", "Bug", "CC293D", "icon_insect", backlog...),
		kind("Task", "Task", "A4880A", "icon_clipboard", proposed("To Do"), progress("In Progress"), completed("Done"), removed("Removed")),
		kind("Impediment", "Impediment", "B4009E", "icon_traffic_cone", progress("Open"), completed("Closed")),
	}, testTypes()...)
}

// testTypes are common to every process; they complete under names of their own.
func testTypes() []Type {
	return []Type{
		kind("Test Case", "TestCase", "004B50", "icon_test_beaker", proposed("Design"), progress("Ready"), completed("Closed")),
		kind("Test Plan", "TestPlan", "004B50", "icon_test_plan", progress("Active"), completed("Inactive")),
		kind("Test Suite", "TestSuite", "004B50", "icon_test_suite", proposed("In Planning"), progress("In Progress"), completed("Completed")),
		kind("Shared Steps", "SharedStep", "004B50", "icon_test_step", progress("Active"), completed("Closed")),
		kind("Shared Parameter", "SharedParameter", "004B50", "icon_test_parameter", progress("Active"), completed("Inactive")),
	}
}
