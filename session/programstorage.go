package session

// NewStorage returns a shared object like the storage of a session that belongs
// to no session, for what a whole program shares (S-259): its scalar values are
// one group and each object in it is another (S-255). It may have up to maxBytes
// bytes as JSON, names counted; 0 means [DefaultMaxStorage].
func NewStorage(maxBytes int) *Object {
	return New(StoredProcedure, Desktop{MaxStorage: maxBytes}).Storage()
}
