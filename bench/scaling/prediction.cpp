#include "bench/scaling/prediction.hpp"

#include <algorithm>
#include <map>

namespace souk::bench::scaling {

std::string_view name_of(policy how) noexcept {
  switch (how) {
    case policy::all: return "all";
    case policy::best: return "best";
    default: return "crowds-stay";
  }
}

std::vector<unsigned> worker_counts(unsigned most) {
  std::vector<unsigned> counts;
  for (unsigned power = 1; power <= most; power *= 2) {
    counts.push_back(power);
    if (power > 1 && power / 2 * 3 <= most) counts.push_back(power / 2 * 3);
  }
  if (counts.back() != most) counts.push_back(most);
  return counts;
}

curve predict(program what, policy how, const costs& with, unsigned cores,
              const std::vector<unsigned>& workers) {
  std::map<unsigned, double> known;  // by shards
  const auto with_shards = [&](unsigned shards) {
    const auto [place, is_new] = known.try_emplace(shards, 0.0);
    if (is_new) place->second = simulate(what, with, shards);
    return point{0, shards, place->second};
  };
  const auto slower = [](const point& left, const point& right) {
    return left.per_second < right.per_second;
  };
  curve made{what, how, {}};
  for (const unsigned each : workers) {
    const bool stays = how == policy::crowds_stay && what == program::fan_out;
    const unsigned most = stays ? 1 : std::min(each, cores);
    point found = with_shards(most);
    if (how != policy::all) {
      for (const unsigned fewer : worker_counts(most))
        found = std::max(found, with_shards(fewer), slower);
    }
    found.workers = each;
    made.points.push_back(found);
  }
  return made;
}

}  // namespace souk::bench::scaling
