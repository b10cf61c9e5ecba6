package wire

// NodesStatus is which nodes of the site say over Redis that they serve. Nothing is decided by it: a node that is not
// here may serve all the same.
type NodesStatus struct {
	Bell  bool         `json:"bell"`          // Redis tells this node at once what others wrote; else it looks each second
	Known bool         `json:"known"`         // who is connected to the other nodes is known
	Why   string       `json:"why,omitempty"` // why not, if not
	Do    string       `json:"do,omitempty"`
	Nodes []NodeStatus `json:"nodes,omitempty"` // by name
}

// NodeStatus is what a node last said of itself.
type NodeStatus struct {
	Node    string `json:"node"`
	Screens int    `json:"screens"` // connections that follow the ledger
	People  int    `json:"people"`  // whose they are
}

// Connected is on how many connections people are, to any node: those who are on any, by id. Whole says that all nodes
// were asked; else it is this node's own knowledge, and others may have more.
type Connected struct {
	People map[string]int `json:"people,omitempty"`
	Whole  bool           `json:"whole"`
}
