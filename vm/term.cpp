#include <souk/term.hpp>

#include <algorithm>
#include <atomic>
#include <bit>
#include <cmath>
#include <cstddef>
#include <limits>
#include <new>

namespace souk {

using detail::account;
using detail::node;

namespace {

constexpr std::size_t max_arity = std::numeric_limits<std::uint16_t>::max();
constexpr std::size_t max_extent = std::numeric_limits<std::uint32_t>::max();
constexpr std::uint64_t named_bit = std::uint64_t{1} << 62;
constexpr std::uint64_t fresh_bit = std::uint64_t{1} << 63;

std::size_t mix(std::size_t seed, std::size_t value) noexcept {
  std::uint64_t x = (seed ^ value) * 0x9e3779b97f4a7c15U;
  x ^= x >> 32;
  return x * 0xbf58476d1ce4e5b9U;
}

node* new_node(std::size_t payload, const node::form& f) {
  const auto [memory, payer] = account::take_on_current(sizeof(node) + payload);
  return new (memory) node{1, payer, node::pack(f)};
}

// Depth and wildcards of a compound from its parts (N1, N2).
class extent_of_parts {
 public:
  void add(const term& part, std::size_t part_depth, std::size_t levels) noexcept {
    wild_ = wild_ || !part.is_ground();
    depth_ = std::max(depth_, part_depth + levels);
  }
  [[nodiscard]] std::uint16_t depth() const {
    if (depth_ > max_term_depth) {
      throw term_error{"a term may nest at most " + std::to_string(max_term_depth) +
                       " levels deep (lists may be of any length); this one would be deeper"};
    }
    return static_cast<std::uint16_t>(depth_);
  }
  [[nodiscard]] bool wild() const noexcept { return wild_; }

 private:
  std::size_t depth_ = 1;
  bool wild_ = false;
};

}  // namespace

std::string_view to_string(kind k) noexcept {
  constexpr std::array<std::string_view, 14> names{
      "boolean", "integer", "real",  "symbol", "pid",    "wildcard", "empty list",
      "string",  "bytes",   "error", "pair",   "vector", "record",   "host object"};
  return names.at(static_cast<std::size_t>(k));
}

std::uint64_t pid::as_vm() const noexcept {
  // A path of numbers folded into one word: the same in every run, whatever the order of spawns
  // elsewhere. 0 is the root's.
  return mix(mix(vm, 0x736f756b), number) | 1;
}

wildcard wild() noexcept {
  static std::atomic<std::uint64_t> threads{0};
  // relaxed: only that each thread gets a number of its own counts.
  thread_local std::uint64_t next =
      fresh_bit | (threads.fetch_add(1, std::memory_order_relaxed) << 40);
  return wildcard{next++};
}

wildcard var(std::string_view name) { return wildcard{named_bit | symbol{name}.base()}; }

std::optional<symbol> wildcard::name() const noexcept {
  if ((id >> 32) != (named_bit >> 32)) return std::nullopt;
  return symbol{static_cast<std::uint32_t>(id), 0};
}

term::term(kind k, std::string_view text) {
  if (text.size() <= inline_capacity) {
    std::memcpy(&raw_, text.data(), text.size());
    raw_.high |= high_word(k, static_cast<std::uint8_t>(text.size()));
    return;
  }
  if (text.size() > max_extent)
    throw term_error{"a string or byte string may have at most 2^32 - 1 bytes"};
  node* const fresh = new_node(text.size(), {.extent = static_cast<std::uint32_t>(text.size())});
  std::ranges::copy(text, reinterpret_cast<char*>(fresh + 1));
  *this = term{k, fresh};
}

std::uint64_t term::real_word(double value) noexcept {
  // One NaN, so that equal means same bits.
  return std::bit_cast<std::uint64_t>(std::isnan(value) ? std::numeric_limits<double>::quiet_NaN()
                                                        : value);
}

void term::refuse_integer() {
  throw term_error{"an integer of a term must fit into 64 bits with its sign"};
}

void term::wrong_kind(kind wanted) const {
  throw term_error{"expected a term of kind " + std::string{to_string(wanted)} + ", found " +
                   std::string{to_string(which())} + ": " + to_string(*this)};
}

void term::free_node() noexcept {
  node& gone = shared();
  std::size_t payload = gone.extent();
  if (is(kind::pair)) return free_list();
  if (is_compound()) {
    const std::span<term> inside{terms(), is(kind::record) ? gone.arity() : gone.extent()};
    payload = inside.size_bytes();
    for (term& part : inside) std::destroy_at(&part);
  } else if (is(kind::host)) {
    payload = sizeof(detail::host_cell);
    std::destroy_at(reinterpret_cast<detail::host_cell*>(&gone + 1));
  }
  account::give_back(gone.payer.load(std::memory_order_relaxed), &gone, sizeof(node) + payload);
}

// The tails are freed in a loop, so that a long list takes no stack (N1 bounds the rest).
void term::free_list() noexcept {
  raw rest = raw_;
  for (bool more = true; more;) {
    auto* const gone = std::bit_cast<node*>(rest.low);
    auto* const parts = reinterpret_cast<term*>(gone + 1);
    term& tail = parts[1];
    std::destroy_at(parts);
    rest = tail.raw_;
    more = tail.is(kind::pair) && tail.shared().unshare();
    if (!tail.is(kind::pair)) std::destroy_at(&tail);
    account::give_back(gone->payer.load(std::memory_order_relaxed), gone,
                       sizeof(node) + 2 * sizeof(term));
  }
}

// What `to` pays for already is not looked into.
void term::pass_on(account& to) const noexcept {
  const term* rest = this;
  while (rest->is_shared()) {
    node& n = rest->shared();
    // relaxed: pass_on() below decides.
    if (n.payer.load(std::memory_order_relaxed) == to.id()) return;
    const bool is_pair = rest->is(kind::pair);
    std::span<const term> inside;
    if (is_pair) {
      inside = {rest->terms(), 2};
    } else if (rest->is_compound()) {
      inside = {rest->terms(), rest->is(kind::record) ? n.arity() : n.extent()};
    }
    const std::size_t payload = rest->is_compound()    ? inside.size_bytes()
                                : rest->is(kind::host) ? sizeof(detail::host_cell)
                                                       : n.extent();
    account::pass_on(n.payer, to, sizeof(node) + payload);
    if (!is_pair) {
      for (const term& part : inside) part.pass_on(to);
      return;
    }
    inside.front().pass_on(to);
    rest = &inside.back();  // in a loop: lists are of any length
  }
}

term term::make_host(std::shared_ptr<const void> object, const std::type_info& type) {
  if (object == nullptr)
    throw usage_error{"host_object() of a null pointer: there is no object to name"};
  node* const fresh = new_node(sizeof(detail::host_cell), {});
  new (fresh + 1) detail::host_cell{std::move(object), &type};
  return term{kind::host, fresh};
}

namespace {

std::size_t depth_of(const term& t, std::span<const term> parts) noexcept {
  // Parts of a compound follow its header (node.hpp).
  return t.is_compound() && !parts.empty()
             ? (reinterpret_cast<const node*>(parts.data()) - 1)->depth()
             : 0;
}
std::size_t depth_of(const term& t) noexcept {
  return t.is_compound() ? depth_of(t, t.parts()) : 0;
}

/// A compound's node: header, then the parts.
node* new_compound(std::span<const term> parts, const node::form& f) {
  node* const fresh = new_node(parts.size_bytes(), f);
  std::uninitialized_copy(parts.begin(), parts.end(), reinterpret_cast<term*>(fresh + 1));
  return fresh;
}

node::form form_of_record(symbol label, std::span<const term> fields,
                          const extent_of_parts& extent) {
  return {.extent = label.base(),
          .arity = static_cast<std::uint16_t>(fields.size()),
          .depth = extent.depth(),
          .flat = std::ranges::all_of(fields, &term::is_plain),
          .wild = extent.wild()};
}

extent_of_parts measure(std::span<const term> parts) noexcept {
  extent_of_parts extent;
  for (const term& part : parts) extent.add(part, depth_of(part), 1);
  return extent;
}

}  // namespace

term cons(term head, term tail) {
  extent_of_parts extent;
  extent.add(head, depth_of(head), 1);
  extent.add(tail, depth_of(tail), tail.is(kind::pair) ? 0 : 1);
  const std::uint16_t depth = extent.depth();
  node* const fresh = new_node(2 * sizeof(term), {.depth = depth, .wild = extent.wild()});
  auto* const parts = reinterpret_cast<term*>(fresh + 1);
  new (parts) term{std::move(head)};
  new (parts + 1) term{std::move(tail)};
  return term{kind::pair, fresh};
}

term vector(std::span<const term> elements) {
  if (elements.size() > max_extent) throw term_error{"a vector may have at most 2^32 - 1 elements"};
  const extent_of_parts extent = measure(elements);
  node* const fresh = new_compound(elements, {.extent = static_cast<std::uint32_t>(elements.size()),
                                              .depth = extent.depth(),
                                              .wild = extent.wild()});
  return term{kind::vector, fresh};
}

term record(symbol label, std::span<const term> fields) {
  if (fields.size() > max_arity) {
    throw term_error{"a record may have at most " + std::to_string(max_arity) + " fields, " +
                     label.name() + " would have " + std::to_string(fields.size())};
  }
  if (label.serial() != 0)
    throw usage_error{"the label of a record is an interned symbol, not a fresh one"};
  const extent_of_parts extent = measure(fields);
  return term{kind::record, new_compound(fields, form_of_record(label, fields, extent))};
}

term record_of_moved(symbol label, std::span<term> fields) {
  if (fields.size() > max_arity || label.serial() != 0) return record(label, fields);  // refuses it
  const extent_of_parts extent = measure(fields);
  node* const fresh = new_node(fields.size_bytes(), form_of_record(label, fields, extent));
  std::uninitialized_move(fields.begin(), fields.end(), reinterpret_cast<term*>(fresh + 1));
  return term{kind::record, fresh};
}

term list_of(std::span<const term> elements, term tail) {
  for (std::size_t i = elements.size(); i > 0; --i) tail = cons(elements[i - 1], std::move(tail));
  return tail;
}

bool operator==(const term& left, const term& right) noexcept {
  const term* a = &left;
  const term* b = &right;
  for (;;) {
    if (a->raw_ == b->raw_) return true;  // same atom, or same node
    if (a->which() != b->which() || !a->is_shared() || !b->is_shared()) return false;
    switch (a->which()) {
      case kind::string:
      case kind::bytes:
      case kind::error: return a->characters() == b->characters();
      case kind::host: return a->host().object == b->host().object;
      case kind::pair:
        if (!(a->head() == b->head())) return false;
        a = &a->tail();
        b = &b->tail();
        continue;
      default:
        return a->shared().extent() == b->shared().extent() &&
               std::ranges::equal(a->parts(), b->parts());
    }
  }
}

std::size_t term::hash() const noexcept {
  std::size_t sum = 1;
  const term* t = this;
  for (; t->is(kind::pair); t = &t->tail()) sum = mix(sum + 1, t->head().hash());
  sum = mix(sum, static_cast<std::size_t>(t->which()));
  switch (t->which()) {
    case kind::string:
    case kind::bytes:
    case kind::error: return mix(sum, std::hash<std::string_view>{}(t->characters()));
    case kind::host: return mix(sum, std::hash<const void*>{}(t->host().object.get()));
    case kind::record: sum = mix(sum, t->shared().extent()); [[fallthrough]];
    case kind::vector:
      for (const term& part : t->parts()) sum = mix(sum + 1, part.hash());
      return mix(sum, t->parts().size());
    default: return mix(mix(sum, t->word()), t->half());
  }
}

}  // namespace souk
