package invoices

import "fmt"

// demoPeople are the sales people of the demo; those with a role can sign in.
func demoPeople() []SalesPerson {
	return []SalesPerson{
		{Name: "clara", Role: "clerk"},
		{Name: "mark", Role: "manager"},
		{Name: "inès"},
		{Name: "jonas"},
		{Name: "sofia"},
		{Name: "tom"},
	}
}

// demoCustomers are 60 companies: each name in three lines of business.
func demoCustomers() []Customer {
	names := []string{
		"Alder", "Böhm", "Castelló", "Dufour", "Eriksen", "Fenwick", "García", "Hansen", "Ivanova", "Jardine",
		"Köhler", "Lefèvre", "Moreau", "Novák", "Ortega", "Petit", "Quinn", "Rossi", "Søndergaard", "Tanaka",
	}
	trades := []string{"& Sons", "Logistics", "Engineering"}
	places := demoPlaces()
	var customers []Customer
	for t, trade := range trades {
		for n, name := range names {
			place := places[(n*7+t*3)%len(places)]
			customers = append(customers, Customer{Name: name + " " + trade, City: place[0], Country: place[1]})
		}
	}
	return customers
}

// demoPlaces are pairs of city and country.
func demoPlaces() [][2]string {
	return [][2]string{
		{"Paris", "France"}, {"Lyon", "France"}, {"Bilbao", "Spain"}, {"Sevilla", "Spain"}, {"Hamburg", "Germany"},
		{"München", "Germany"}, {"Köln", "Germany"}, {"Wien", "Austria"}, {"Zürich", "Switzerland"}, {"Roma", "Italy"},
		{"Torino", "Italy"}, {"Praha", "Czechia"}, {"Århus", "Denmark"}, {"Oslo", "Norway"}, {"London", "United Kingdom"},
		{"Leeds", "United Kingdom"}, {"Rabat", "Morocco"}, {"Ōsaka", "Japan"},
	}
}

// demoProducts are 40 things an office needs.
func demoProducts() []Product {
	kinds := []string{"Desk", "Chair", "Lamp", "Shelf", "Cabinet", "Screen", "Carpet", "Clock"}
	styles := []string{"Classic", "Compact", "Oak", "Steel", "Élan"}
	var products []Product
	for _, kind := range kinds {
		for _, style := range styles {
			products = append(products, Product{
				Code: fmt.Sprintf("P-%03d", len(products)+1),
				Name: kind + " " + style,
			})
		}
	}
	return products
}
