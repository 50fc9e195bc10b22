package main

import (
	"fmt"

	"okrbot/ado/adotest"
)

// roadmapTag marks the work items of the demo's large tree.
const roadmapTag = "roadmap"

// seedRoadmap adds a tree query with more at its top than one card shows, so that a
// project can be opened branch by branch. Nothing of it moves.
func seedRoadmap(c *adotest.Cloud) error {
	countries := []string{
		"Austria", "Belgium", "Croatia", "Denmark", "Estonia", "Finland", "Greece", "Hungary", "Iceland",
		"Latvia", "Lithuania", "Malta", "Norway", "Poland", "Portugal", "Romania", "Spain", "Sweden",
	}
	for i, country := range countries {
		epic := adotest.Item{Type: "Epic", State: "Active", Title: "Open the shop in " + country, Tags: []string{roadmapTag}}
		epic, err := c.AddItem(adotest.OrgContoso, adotest.ProjectFiber, epic)
		if err != nil {
			return fmt.Errorf("roadmap: %w", err)
		}
		for j, part := range []string{"Prices and taxes", "Delivery and returns", "Customer care"} {
			state := "New"
			if (i+j)%3 == 0 {
				state = "Closed"
			}
			it := adotest.Item{Type: "Feature", State: state, Title: part + " in " + country, Parent: epic.ID, Tags: epic.Tags}
			if _, err := c.AddItem(adotest.OrgContoso, adotest.ProjectFiber, it); err != nil {
				return fmt.Errorf("roadmap: %w", err)
			}
		}
	}
	hasTag := func(it adotest.Item) bool { return it.HasTag(roadmapTag) }
	_, err := c.AddQuery(adotest.OrgContoso, adotest.ProjectFiber, adotest.Query{Name: "Market roadmap", Folder: "Roadmap", Kind: adotest.Tree, Filter: hasTag})
	if err != nil {
		return fmt.Errorf("roadmap: %w", err)
	}
	return nil
}
