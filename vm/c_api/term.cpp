#include <souk/pattern.hpp>
#include <souk/text.hpp>

#include "vm/c_api/term_handle.hpp"

#include <algorithm>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

using namespace souk;
using namespace souk::c_api;

static_assert(SOUK_KIND_BOOLEAN == static_cast<int>(kind::boolean));
static_assert(SOUK_KIND_INTEGER == static_cast<int>(kind::integer));
static_assert(SOUK_KIND_REAL == static_cast<int>(kind::real));
static_assert(SOUK_KIND_SYMBOL == static_cast<int>(kind::symbol));
static_assert(SOUK_KIND_PID == static_cast<int>(kind::pid));
static_assert(SOUK_KIND_WILDCARD == static_cast<int>(kind::wildcard));
static_assert(SOUK_KIND_NIL == static_cast<int>(kind::nil));
static_assert(SOUK_KIND_STRING == static_cast<int>(kind::string));
static_assert(SOUK_KIND_BYTES == static_cast<int>(kind::bytes));
static_assert(SOUK_KIND_ERROR == static_cast<int>(kind::error));
static_assert(SOUK_KIND_PAIR == static_cast<int>(kind::pair));
static_assert(SOUK_KIND_VECTOR == static_cast<int>(kind::vector));
static_assert(SOUK_KIND_RECORD == static_cast<int>(kind::record));
static_assert(SOUK_KIND_HOST == static_cast<int>(kind::host));

namespace {

template <class F>
souk_term* make(F f) noexcept {
  return attempt_or(static_cast<souk_term*>(nullptr), [&] { return make_handle(term{f()}); });
}

std::string_view text_of(const void* data, std::size_t size) {
  require(data != nullptr || size == 0, "a text is null");
  if (size == 0) return {};
  const auto* const first = static_cast<const char*>(data);
  return size == SOUK_TO_NUL ? std::string_view{first} : std::string_view{first, size};
}
std::string_view name_of(const char* name) { return text_of(name, SOUK_TO_NUL); }

std::vector<term> terms_of(const souk_term* const* items, std::size_t count) {
  require(items != nullptr || count == 0, "an array of terms is null");
  std::vector<term> all;
  all.reserve(count);
  for (const souk_term* const one : std::span{items, count}) all.push_back(as_term(one));
  return all;
}

template <class Value, class F>
souk_status ask(const souk_term* t, Value* value, F f) noexcept {
  return attempt([&] {
    require(value != nullptr, "there is no place for the value");
    *value = f(as_term(t));
  });
}

std::string_view characters_of(const term& t) {
  switch (t.which()) {
    case kind::string: return t.as_string();
    case kind::bytes: return t.as_bytes();
    case kind::error: return t.as_error();
    case kind::symbol: return t.as_symbol().base_name();
    case kind::record: return t.label().base_name();
    default:
      throw term_error{"a " + std::string{to_string(t.which())} +
                       " has no text: strings, bytes, errors, symbols and records have"};
  }
}

}  // namespace

souk_term* souk_boolean(bool value) {
  return make([=] { return term{value}; });
}
souk_term* souk_integer(int64_t value) {
  return make([=] { return term{value}; });
}
souk_term* souk_real(double value) {
  return make([=] { return term{value}; });
}
souk_term* souk_string(const char* text, size_t size) {
  return make([=] { return term{text_of(text, size)}; });
}
souk_term* souk_bytes(const void* data, size_t size) {
  return make([=] { return term{bytes{std::string{text_of(data, size)}}}; });
}
souk_term* souk_symbol(const char* name) {
  return make([=] { return term{symbol{name_of(name)}}; });
}
souk_term* souk_fresh_symbol(const char* name) {
  return make([=] { return term{fresh_symbol(name_of(name))}; });
}
souk_term* souk_any() {
  return make([] { return term{wild()}; });
}
souk_term* souk_variable(const char* name) {
  return make([=] { return term{var(name_of(name))}; });
}
souk_term* souk_list(const souk_term* const* items, size_t count) {
  return make([=] { return list_of(terms_of(items, count)); });
}
souk_term* souk_vector(const souk_term* const* items, size_t count) {
  return make([=] { return vector(terms_of(items, count)); });
}
souk_term* souk_record(const char* label, const souk_term* const* items, size_t count) {
  return make([=] { return record(symbol{name_of(label)}, terms_of(items, count)); });
}
souk_term* souk_read(const char* text, size_t size) {
  return make([=] { return read(text_of(text, size)); });
}

souk_term* souk_term_copy(const souk_term* t) {
  return make([=] { return as_term(t); });
}
void souk_term_free(souk_term* t) { delete reinterpret_cast<term*>(t); }

souk_kind souk_term_kind(const souk_term* t) {
  return static_cast<souk_kind>(reinterpret_cast<const term*>(t)->which());
}
souk_status souk_term_boolean(const souk_term* t, bool* value) {
  return ask(t, value, [](const term& of) { return of.as_boolean(); });
}
souk_status souk_term_integer(const souk_term* t, int64_t* value) {
  return ask(t, value, [](const term& of) { return of.as_integer(); });
}
souk_status souk_term_real(const souk_term* t, double* value) {
  return ask(t, value, [](const term& of) { return of.as_real(); });
}
souk_status souk_term_text(const souk_term* t, const char** data, size_t* size) {
  return attempt([=] {
    require(data != nullptr && size != nullptr, "there is no place for the text");
    const std::string_view text = characters_of(as_term(t));
    *data = text.data();
    *size = text.size();
  });
}
size_t souk_term_count(const souk_term* t) {
  return reinterpret_cast<const term*>(t)->parts().size();
}
const souk_term* souk_term_part(const souk_term* t, size_t index) {
  const std::span<const term> parts = reinterpret_cast<const term*>(t)->parts();
  return index < parts.size() ? as_c(parts[index]) : nullptr;
}
bool souk_term_equal(const souk_term* left, const souk_term* right) {
  return attempt_or(false, [=] { return as_term(left) == as_term(right); });
}
bool souk_term_matches(const souk_term* body, const souk_term* topic) {
  return attempt_or(false, [=] { return matches(as_term(body), as_term(topic)); });
}
size_t souk_term_write(const souk_term* t, char* room, size_t size) {
  return attempt_or(std::size_t{0}, [=] {
    require(room != nullptr || size == 0, "there is no room for the text");
    const std::string text = to_string(as_term(t));
    if (size > 0) {
      const std::size_t written = std::min(text.size(), size - 1);
      std::memcpy(room, text.data(), written);
      room[written] = '\0';
    }
    return text.size();
  });
}
