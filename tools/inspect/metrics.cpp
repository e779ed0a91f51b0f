#include "tools/inspect/metrics.hpp"

#include <algorithm>
#include <cstdint>
#include <string_view>

namespace souk::inspect {
namespace {

class exposition {
 public:
  void gauge(std::string_view name, std::string_view help, std::uint64_t value) {
    add(name, "gauge", help, value);
  }
  void counter(std::string_view name, std::string_view help, std::uint64_t value) {
    add(name, "counter", help, value);
  }
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  void add(std::string_view name, std::string_view type, std::string_view help,
           std::uint64_t value) {
    text_.append("# HELP ").append(name).append(" ").append(help).append("\n# TYPE ");
    text_.append(name).append(" ").append(type).append("\n").append(name).append(" ");
    text_.append(std::to_string(value)).append("\n");
  }

  std::string text_;
};

template <class Of>
std::uint64_t sum(const snapshot& seen, Of of) {
  std::uint64_t all = 0;
  for (const process_view& p : seen.processes) all += of(p);
  return all;
}

}  // namespace

std::string metrics_of(const snapshot& seen) {
  exposition out;
  out.gauge("souk_up", "Whether there is a VM.", seen.is_there ? 1 : 0);
  out.gauge("souk_workers", "Threads that run the VM.", seen.workers);
  out.gauge("souk_processes", "Processes, nested VMs included.",
            seen.processes.size() + seen.left_out);
  out.gauge("souk_vms", "VMs, the outermost included.",
            (seen.is_there ? 1 : 0) + sum(seen, [](const auto& p) { return p.is_vm ? 1U : 0U; }));
  out.gauge("souk_endpoints", "Endpoints; one at meta level counts in both VMs.",
            sum(seen, [](const auto& p) { return p.endpoint_count; }));
  out.gauge("souk_queued_events", "What waits for processes.",
            sum(seen, [](const auto& p) { return p.queued; }));
  out.counter("souk_handled_events_total", "What was handled, by processes that are gone as well.",
              seen.handled);
  out.gauge("souk_running_handlers", "Workers that are in a handler.", seen.running.size());
  out.gauge("souk_unanswered_parts", "Parts of VMs that did not describe themselves in time.",
            seen.unanswered);
  out.gauge("souk_custodians", "Custodians, the program's included.", seen.custodians.size());
  const custodian_view program =
      seen.custodians.empty() ? custodian_view{} : seen.custodians.front();
  out.gauge("souk_memory_bytes", "Charged to all custodians.", program.total_bytes);
  out.gauge("souk_memory_peak_bytes", "The most that was charged at a time.", program.peak_bytes);
  std::uint64_t resources = 0;
  for (const custodian_view& c : seen.custodians) resources += c.open_resources;
  out.gauge("souk_open_resources", "Resources that custodians will close.", resources);
  return out.take();
}

}  // namespace souk::inspect
