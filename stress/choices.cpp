#include "stress/choices.hpp"

#include <algorithm>
#include <charconv>

namespace souk::stress {

std::uint32_t choices::draw(std::uint32_t below) {
  std::uint32_t chosen = 0;
  if (dice_) {
    chosen = static_cast<std::uint32_t>((*dice_)() % below);
  } else if (made_.size() < given_.size()) {
    chosen = std::min(given_[made_.size()], below - 1);
  }
  made_.push_back(chosen);
  return chosen;
}

std::string to_text(const sequence& made) {
  std::string text;
  for (const std::uint32_t one : made) text += (text.empty() ? "" : ".") + std::to_string(one);
  return text;
}

std::optional<sequence> to_sequence(std::string_view text) {
  sequence made;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end) {
    if (!made.empty() && *at++ != '.') return std::nullopt;
    const auto [stop, error] = std::from_chars(at, end, made.emplace_back());
    if (error != std::errc{}) return std::nullopt;
    at = stop;
  }
  return made;
}

}  // namespace souk::stress
