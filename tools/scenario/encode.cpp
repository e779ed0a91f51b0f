// Terms as JSON. Lists are written in a loop; what nests is bounded by max_term_depth, and chains
// of pairs without the empty list at their end by the limit below, since each pair is a level
// there.
#include "tools/scenario/encode.hpp"

#include <map>

namespace souk::tool {
namespace {

constexpr std::size_t longest_improper_chain = 1024;

class encoder {
 public:
  explicit encoder(const std::function<std::string(pid)>& label) : label_{label} {}

  json encode(const term& value) {
    switch (value.which()) {
      case kind::boolean: return value.as_boolean();
      case kind::integer: return value.as_integer();
      case kind::real: return value.as_real();
      case kind::symbol: return value.as_symbol().name();
      case kind::pid: return {{"pid", label_(value.as_pid())}};
      case kind::wildcard: return {{"?", number_of(value.as_wildcard())}};
      case kind::nil: return json::array();
      case kind::string: return {{"str", std::string{value.as_string()}}};
      case kind::bytes: return {{"bytes", hex(value.as_bytes())}};
      case kind::error: return {{"exn", std::string{value.as_error()}}};
      case kind::pair: return encode_chain(value);
      case kind::vector: return {{"vec", encode_parts(json::array(), value)}};
      case kind::record: return {{"rec", encode_parts(json::array({value.label().name()}), value)}};
      case kind::host: break;
    }
    return {{"host", to_string(value)}};
  }

 private:
  json encode_parts(json list, const term& value) {
    for (const term& part : value.parts()) list.push_back(encode(part));
    return list;
  }

  json encode_chain(const term& first) {
    json elements = json::array();
    const term* rest = &first;
    for (; rest->is(kind::pair); rest = &rest->tail()) elements.push_back(encode(rest->head()));
    if (rest->is(kind::nil)) return elements;
    if (elements.size() > longest_improper_chain) {
      throw term_error{"a chain of " + std::to_string(elements.size()) +
                       " pairs that does not end in the empty list is nested too deep to write"};
    }
    json out = encode(*rest);
    for (auto head = elements.rbegin(); head != elements.rend(); ++head) {
      json pair = json::array();
      pair.push_back(std::move(*head));
      pair.push_back(std::move(out));
      out = json::object();
      out["cons"] = std::move(pair);
    }
    return out;
  }

  std::size_t number_of(wildcard variable) {
    return numbers_.try_emplace(variable.id, numbers_.size()).first->second;
  }

  static std::string hex(std::string_view data) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    for (const char c : data) {
      const auto byte = static_cast<unsigned char>(c);
      out += digits[byte >> 4];
      out += digits[byte & 15];
    }
    return out;
  }

  const std::function<std::string(pid)>& label_;
  std::map<std::uint64_t, std::size_t> numbers_;
};

}  // namespace

json encode(const term& value, const std::function<std::string(pid)>& label) {
  return encoder{label}.encode(value);
}

}  // namespace souk::tool
