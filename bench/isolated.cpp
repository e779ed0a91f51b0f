#include "bench/isolated.hpp"

#include <sys/wait.h>

#include <cstring>
#include <string>

namespace souk::bench {
namespace {

// What the child writes: this, then the text of its error if it has one.
enum class verdict : char { done, wrong, failed };
struct header {
  verdict how;
  outcome result;
  histogram latencies;
};

void run_and_tell(const workload& w, options chosen, int out) {
  header h{};
  std::string text;
  chosen.latencies = &h.latencies;
  try {
    h.result = w.run(chosen);
    h.how = verdict::done;
  } catch (const wrong_count& e) {
    h.how = verdict::wrong;
    text = e.what();
  } catch (const std::exception& e) {
    h.how = verdict::failed;
    text = e.what();
  }
  write_all(out, &h, sizeof h);
  write_all(out, text.data(), text.size());
}

}  // namespace

isolated_outcome run_isolated(const workload& w, const options& chosen,
                              const child_limits& limits) {
  const child_end end = run_in_child(limits, [&](int out) { run_and_tell(w, chosen, out); });
  const std::string name{w.name};
  header h{};
  if (WIFSIGNALED(end.status) || end.told.size() < sizeof h) {
    throw std::runtime_error{name + ": its process ended without a result, by " +
                             how_it_ended(end)};
  }
  std::memcpy(&h, end.told.data(), sizeof h);
  const std::string text = name + ": " + end.told.substr(sizeof h);
  if (h.how == verdict::wrong) throw wrong_count{text};
  if (h.how == verdict::failed) throw std::runtime_error{text};
  return {h.result, end.used.ru_maxrss, h.latencies};
}

}  // namespace souk::bench
