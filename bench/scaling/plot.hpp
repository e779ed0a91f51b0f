// The prediction as a page of its own: a plot, a table, and what was assumed.
#pragma once

#include <iosfwd>
#include <vector>

#include "bench/scaling/prediction.hpp"

namespace souk::bench::scaling {

struct plotted {
  costs with;
  unsigned cores;
  std::vector<curve> curves;
};

/// HTML that needs nothing but itself. Pre: all curves have the same workers, at least two.
void write_page(std::ostream& out, const plotted& what);

}  // namespace souk::bench::scaling
