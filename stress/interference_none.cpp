#include "stress/interference.hpp"

namespace souk::stress::interference {

bool is_compiled_in() noexcept { return false; }
void hold_up(delays /*how*/, std::uint64_t /*seed*/) noexcept {}

failing_allocation::failing_allocation(std::uint32_t /*n*/) noexcept {}
failing_allocation::~failing_allocation() = default;  // NOLINT(*-trivially-destructible)
bool failing_allocation::has_failed() const noexcept { return false; }

std::vector<std::string> mutants() { return {}; }
void break_rule(std::string_view /*mutant*/) {}

}  // namespace souk::stress::interference
