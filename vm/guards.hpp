// What guards say, where something leaves a VM.
//
// Threads    refusal_of(): any, also with the writer lock of a VM held; it takes and releases the
//            registry's.
#pragma once

#include <souk/action.hpp>
#include <souk/detail/account.hpp>
#include <souk/guard.hpp>

#include <memory>
#include <optional>
#include <vector>

namespace souk {

namespace detail {

/// Of one account; the registry's lock.
struct guard_list {
  std::vector<std::shared_ptr<const guard>> all{};
};

}  // namespace detail

/// Why that action at meta level is refused to a process of the VM that `asking` is of, as the
/// reason of its end. Nothing: it is not.
[[nodiscard]] std::optional<fault> refusal_of(const action& a, const detail::account& asking);

}  // namespace souk
