#include "vm/crossing.hpp"

#include <type_traits>
#include <variant>

namespace souk {

void pass_on(const event& what, detail::account& to) noexcept {
  what.topic().pass_on(to);
  what.why().value.pass_on(to);
}

void pass_on(const action& what, detail::account& to) noexcept {
  std::visit(
      [&](const auto& one) {
        using type = std::remove_cvref_t<decltype(one)>;
        if constexpr (std::same_as<type, add_endpoint>) {
          one.id.pass_on(to);
          one.role.topic.pass_on(to);
        } else if constexpr (std::same_as<type, delete_endpoint>) {
          one.id.pass_on(to);
          one.why.pass_on(to);
        } else if constexpr (std::same_as<type, send_message>) {
          one.body.pass_on(to);
        } else if constexpr (std::same_as<type, spawn_action>) {
          one.name.pass_on(to);
        } else if constexpr (std::same_as<type, quit>) {
          one.why.pass_on(to);
        }
      },
      what.what);
}

spawn_action as_child_of(spawn_action child, const detail::bindings& bound) {
  detail::upbringing mine = child.raised();
  if (mine.bound || !bound) return child;
  mine.bound = bound;
  child.raise(std::move(mine));
  return child;
}

}  // namespace souk
