#include "vm/replay/hosts.hpp"

#include <souk/convert.hpp>

#include <string_view>
#include <vector>

namespace souk {

namespace {

constexpr std::string_view source_label = "souk-source";
constexpr std::string_view host_label = "souk-host";

/// What a host object of the recorded run is in a replay.
struct stand_in {};

std::optional<std::uint64_t> number_in(const term& name, std::string_view label) {
  if (!name.is(kind::record) || name.label().base_name() != label || name.parts().size() != 1)
    return std::nullopt;
  return name.parts()[0].as<std::uint64_t>();
}

}  // namespace

term rewrite(const term& t, const std::function<std::optional<term>(const term&)>& instead_of) {
  if (auto other = instead_of(t)) return std::move(*other);
  if (!t.is_compound()) return t;
  std::vector<term> parts;
  if (t.is(kind::pair)) {
    const term* rest = &t;
    for (; rest->is(kind::pair); rest = &rest->tail())
      parts.push_back(rewrite(rest->head(), instead_of));
    return list_of(parts, rewrite(*rest, instead_of));
  }
  for (const term& part : t.parts()) parts.push_back(rewrite(part, instead_of));
  return t.is(kind::vector) ? vector(parts) : record(t.label(), parts);
}

term source_name(std::uint64_t number) { return make_record(source_label, number); }

std::optional<std::uint64_t> source_number(const term& name) {
  return number_in(name, source_label);
}

term host_names::name(const term& value) {
  return rewrite(value, [this](const term& t) -> std::optional<term> {
    if (!t.is(kind::host)) return std::nullopt;
    const auto place = numbers_.try_emplace(t.host_reference(), numbers_.size() + 1).first;
    return make_record(host_label, place->second);
  });
}

term stand_ins::put_in(const term& named) {
  return rewrite(named, [this](const term& t) -> std::optional<term> {
    const auto number = number_in(t, host_label);
    if (!number) return std::nullopt;
    term& mine = made_[*number];
    if (!mine.is(kind::host)) mine = host_object(std::make_shared<stand_in>());
    return mine;
  });
}

}  // namespace souk
