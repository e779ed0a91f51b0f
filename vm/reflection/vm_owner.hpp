// The owner of an account that is a VM: what it is as others see it.
#pragma once

#include <souk/detail/account.hpp>

#include <cstdint>

namespace souk {

class vm_owner : public detail::account_owner {
 public:
  /// `pid::vm` of its processes. Any thread.
  [[nodiscard]] virtual std::uint64_t id() const noexcept = 0;
};

}  // namespace souk
