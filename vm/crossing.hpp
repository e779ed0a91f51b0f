// Who pays for what crosses the border of a VM: the VM that it goes into, and the one around again
// when it comes out (docs/custodians.md).
//
// Threads    As of terms: any.
#pragma once

#include <souk/action.hpp>
#include <souk/detail/account.hpp>
#include <souk/event.hpp>

namespace souk {

void pass_on(const event& what, detail::account& to) noexcept;
/// Its terms. Functions of the program stay with who made them.
void pass_on(const action& what, detail::account& to) noexcept;

/// The same for the VM around, where the child has those bindings unless it was given others.
[[nodiscard]] spawn_action as_child_of(spawn_action child, const detail::bindings& bound);

}  // namespace souk
