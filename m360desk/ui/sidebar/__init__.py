"""The side bar: views, and facets as check boxes; both only write the query."""
