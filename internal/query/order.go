package query

// ParseOrder reads a list of criteria such as "name desc, employer.city", as orderBy() (O-338)
// and $orderby take it. Empty text gives no criteria. The error is always an *[Error].
func ParseOrder(text string, d Dialect) ([]OrderItem, error) {
	p, err := newParser(text, d)
	if err != nil || p.tok.kind == tokenEnd {
		return nil, err
	}
	if p.atOrder() {
		return nil, p.errorf(p.tok.start, `leave out "order by" here: the text is only the list that follows it`)
	}
	items, err := p.orderItems()
	if err != nil {
		return nil, err
	}
	if p.tok.kind != tokenEnd {
		return nil, p.unexpected(true)
	}
	return items, nil
}

// orderItems reads one or more criteria.
func (p *parser) orderItems() ([]OrderItem, error) {
	items := make([]OrderItem, 0, 1)
	for {
		if len(items) == MaxOrderItems {
			return nil, p.errorf(p.tok.start, "the order has more than %d criteria", MaxOrderItems)
		}
		item, err := p.orderItem()
		if err != nil {
			return nil, err
		}
		items = append(items, item)
		if p.tok.kind != tokenComma {
			return items, nil
		}
		p.advance()
	}
}

// orderItem reads a path and its direction, ascending if there is none (O-148).
func (p *parser) orderItem() (OrderItem, error) {
	item := OrderItem{At: p.tok.start}
	if !p.startsPath() {
		return item, p.errorf(p.tok.start, "an attribute to order by is missing before %s", p.describe(p.tok))
	}
	var err error
	if item.Path, err = p.path(); err != nil {
		return item, err
	}
	switch p.tok.word {
	case wordDesc:
		item.Descending = true
		p.advance()
	case wordAsc:
		p.advance()
	}
	return item, nil
}
