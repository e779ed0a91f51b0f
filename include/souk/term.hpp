// Terms: the values that processes exchange, and the patterns of their topics.
//
// A term is immutable and 16 bytes: numbers, booleans, symbols, pids, wildcards and texts of up to
// 14 bytes inside the handle, everything else shared and counted. A pattern is a term with
// wildcards in it. Structure and matching: TOP-1 to TOP-7 of docs/semantics.md.
//
//     term t = list("user"_sym, "says"_sym, "hello");        // (user says "hello")
//     term p = list(_, "says"_sym, var("what"));             // (? says ?what)
//
// Threads    Any thread may copy, read and drop a term; one handle belongs to one thread at a time.
// Errors     term_error: a term that is not what was asked for, or beyond the limits below.
// T1  Two terms are equal when they have the same structure and equal atoms of the same kind;
//     integer 1, real 1.0, "1" and the symbol 1 are all different (TOP-2). Host objects are equal
//     when they are the same object, wildcards when they are the same variable.
#pragma once

#include <souk/detail/node.hpp>
#include <souk/error.hpp>
#include <souk/export.hpp>
#include <souk/symbol.hpp>

#include <array>
#include <bit>
#include <compare>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace souk {

/// How deep vectors, records and heads of pairs may nest. (Lists may be of any length.)
inline constexpr std::size_t max_term_depth = 1024;

enum class kind : std::uint8_t {
  boolean,
  integer,
  real,
  symbol,
  pid,
  wildcard,
  nil,  // always inside the handle
  string,
  bytes,
  error,  // inside if short
  pair,
  vector,
  record,
  host  // always shared
};
/// "integer", "pair", ...
[[nodiscard]] SOUK_EXPORT std::string_view to_string(kind) noexcept;

/// A byte string, as opposed to a text.
struct bytes {
  std::string data;
  friend bool operator==(const bytes&, const bytes&) = default;
};

/// An exception as a value: the reason of a crash (CRA-1).
struct fault {
  std::string message;
  friend bool operator==(const fault&, const fault&) = default;
};

/// The identity of a process: which VM, and its number there. Numbers count up from 0 and are not
/// used again (QUI-4).
struct pid {
  std::uint64_t vm;
  std::uint32_t number;

  /// If this process is a nested VM: the `vm` of the processes in it.
  [[nodiscard]] SOUK_EXPORT std::uint64_t as_vm() const noexcept;
  friend constexpr auto operator<=>(const pid&, const pid&) noexcept = default;
};
/// `pid::vm` of the outermost VM.
inline constexpr std::uint64_t root_vm = 0;

/// A variable of a pattern. The same variable twice in one term means the same value twice (TOP-5);
/// variables of two terms are never the same.
struct wildcard {
  std::uint64_t id;
  /// Below this, `id` is the number of a canonical variable (TOP-4).
  static constexpr std::uint64_t first_uncanonical = std::uint64_t{1} << 32;
  [[nodiscard]] constexpr bool is_canonical() const noexcept { return id < first_uncanonical; }
  /// The name that var() gave it; nothing for the others.
  [[nodiscard]] SOUK_EXPORT std::optional<symbol> name() const noexcept;
  friend constexpr bool operator==(wildcard, wildcard) noexcept = default;
};
/// A wildcard that is no other's.
[[nodiscard]] SOUK_EXPORT wildcard wild() noexcept;
/// The wildcard of that name: one variable wherever it stands in a term.
[[nodiscard]] SOUK_EXPORT wildcard var(std::string_view name);

/// `_` in a pattern: a wildcard of its own at each place where it stands.
struct anything {};
inline constexpr anything _{};

struct empty_list {};
inline constexpr empty_list nil{};

/// How a type of the program becomes a term and comes back; see convert.hpp and record.hpp.
template <class T>
struct conversion;

/// An integer, as opposed to a character or a truth value.
template <class T>
concept whole_number = std::integral<T> && !std::same_as<T, bool> && !std::same_as<T, char> &&
                       !std::same_as<T, wchar_t> && !std::same_as<T, char8_t> &&
                       !std::same_as<T, char16_t> && !std::same_as<T, char32_t>;

template <class T>
concept sendable = requires(const T& value) { conversion<T>::to_term(value); };

class SOUK_EXPORT term {
 public:
  /// False, the default of reasons and states.
  term() noexcept : term{kind::boolean, std::uint64_t{0}} {}
  template <std::same_as<bool> Bool>
  term(Bool value) noexcept : term{kind::boolean, std::uint64_t{value}} {}
  template <whole_number Int>
  term(Int value) : term{kind::integer, integer_word(value)} {}
  template <std::floating_point Real>
  term(Real value) noexcept : term{kind::real, real_word(static_cast<double>(value))} {}
  term(std::string_view text) : term{kind::string, text} {}
  term(const std::string& text) : term{kind::string, std::string_view{text}} {}
  term(const char* text) : term{kind::string, std::string_view{text}} {}
  term(std::nullptr_t) = delete;
  term(const bytes& value) : term{kind::bytes, std::string_view{value.data}} {}
  term(const fault& value) : term{kind::error, std::string_view{value.message}} {}
  term(symbol value) noexcept : term{kind::symbol, value.serial(), value.base()} {}
  term(pid value) noexcept : term{kind::pid, value.vm, value.number} {}
  term(wildcard value) noexcept : term{kind::wildcard, value.id} {}
  term(anything) noexcept : term{wild()} {}
  term(empty_list) noexcept : term{kind::nil, std::uint64_t{0}} {}
  /// Any type that has a conversion: records, lists, variants, ...
  template <sendable T>
  term(const T& value) : term{conversion<T>::to_term(value)} {}

  term(const term& other) noexcept : raw_{other.raw_.copy()} {
    if (is_shared()) shared().share();
  }
  term(term&& other) noexcept : raw_{other.raw_.copy()} { other.raw_ = {}; }
  term& operator=(const term& other) noexcept { return *this = term{other}; }
  term& operator=(term&& other) noexcept {
    const raw old = raw_.copy();
    raw_ = other.raw_.copy();
    other.raw_ = old;
    return *this;
  }
  ~term() {
    if (is_shared()) give_up();
  }

  [[nodiscard]] kind which() const noexcept { return static_cast<kind>(raw_.high >> kind_shift); }
  [[nodiscard]] bool is(kind k) const noexcept { return which() == k; }
  /// True only for the boolean false, which as a whole topic or body matches nothing (TOP-6).
  [[nodiscard]] bool is_false() const noexcept { return is(kind::boolean) && word() == 0; }
  /// No wildcard inside.
  [[nodiscard]] bool is_ground() const noexcept {
    return !is(kind::wildcard) && !(is_shared() && shared().is_wild());
  }
  /// All of it is in the handle.
  [[nodiscard]] bool is_plain() const noexcept { return !is_shared(); }
  /// A pair, vector or record: a term with terms inside.
  [[nodiscard]] bool is_compound() const noexcept {
    return is(kind::pair) || is(kind::vector) || is(kind::record);
  }

  // What is inside. Each throws term_error when the term is of another kind.
  [[nodiscard]] bool as_boolean() const { return expect(kind::boolean), word() != 0; }
  [[nodiscard]] std::int64_t as_integer() const {
    return expect(kind::integer), static_cast<std::int64_t>(word());
  }
  [[nodiscard]] double as_real() const { return expect(kind::real), std::bit_cast<double>(word()); }
  [[nodiscard]] symbol as_symbol() const { return expect(kind::symbol), symbol{half(), word()}; }
  [[nodiscard]] pid as_pid() const { return expect(kind::pid), pid{word(), half()}; }
  [[nodiscard]] wildcard as_wildcard() const { return expect(kind::wildcard), wildcard{word()}; }
  // The views live as long as this handle.
  [[nodiscard]] std::string_view as_string() const& { return expect(kind::string), characters(); }
  [[nodiscard]] std::string_view as_bytes() const& { return expect(kind::bytes), characters(); }
  /// The message of an error.
  [[nodiscard]] std::string_view as_error() const& { return expect(kind::error), characters(); }
  std::string_view as_string() const&& = delete;
  std::string_view as_bytes() const&& = delete;
  std::string_view as_error() const&& = delete;

  [[nodiscard]] const term& head() const& { return expect(kind::pair), terms()[0]; }
  [[nodiscard]] const term& tail() const& { return expect(kind::pair), terms()[1]; }
  [[nodiscard]] term head() const&& { return head(); }  // `*this` is an lvalue here
  [[nodiscard]] term tail() const&& { return tail(); }
  [[nodiscard]] symbol label() const { return expect(kind::record), symbol{shared().extent(), 0}; }
  /// The elements of a vector, the fields of a record, or head and tail of a pair; of others: none.
  [[nodiscard, gnu::always_inline]] std::span<const term> parts() const& noexcept {
    if (is(kind::record)) return {terms(), shared().arity()};
    if (is(kind::pair)) return {terms(), 2};
    return is(kind::vector) ? std::span<const term>{terms(), shared().extent()}
                            : std::span<const term>{};
  }
  std::span<const term> parts() const&& = delete;

  /// The host object inside, if it is a `T`; otherwise null.
  template <class T>
  [[nodiscard]] std::shared_ptr<const T> as_host() const {
    if (!is(kind::host) || *host().type != typeid(T)) return nullptr;
    return std::static_pointer_cast<const T>(host().object);
  }
  /// What a host object is and where, for texts about it. Throws term_error for other kinds.
  [[nodiscard]] const std::type_info& host_type() const { return expect(kind::host), *host().type; }
  [[nodiscard]] const void* host_address() const { return expect(kind::host), host().object.get(); }
  /// To know the object again without keeping it.
  [[nodiscard]] std::weak_ptr<const void> host_reference() const {
    return expect(kind::host), host().object;
  }

  /// As a `T`, if it is one: see convert.hpp.
  template <class T>
  [[nodiscard]] auto as() const {
    return conversion<T>::from_term(*this);
  }

  SOUK_EXPORT friend bool operator==(const term&, const term&) noexcept;
  [[nodiscard]] std::size_t hash() const noexcept;

  friend SOUK_EXPORT term cons(term head, term tail);
  friend SOUK_EXPORT term vector(std::span<const term> elements);
  friend SOUK_EXPORT term record(symbol label, std::span<const term> fields);
  friend SOUK_EXPORT term record_of_moved(symbol label, std::span<term> fields);
  template <class... Atoms>
  friend term record_of_atoms(symbol label, const Atoms&... atoms);
  template <class T>
  friend term host_object(std::shared_ptr<T> object);

  /// From now on `to` pays for what this term and its parts share with other terms.
  void pass_on(detail::account& to) const noexcept;

 private:
  static constexpr std::size_t inline_capacity = 14;
  static constexpr std::uint8_t shared_mark = 0xff;
  /// Two words, so that a handle moves in registers. From the first byte on: the value, or the
  /// characters of a text inside, or the node's address; the length of a text inside, or
  /// shared_mark; the kind.
  struct raw {
    std::uint64_t low = 0;
    std::uint64_t high = 0;

    /// Word by word: a processor that has just written the two waits before it can read both at
    /// once.
    [[nodiscard]] raw copy() const noexcept {
#if defined(__GNUC__) && !defined(__clang__)
// g++ 12 takes the value for uninitialised where a std::variant with terms in it is moved.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
      raw made{low, high};
#if defined(__GNUC__)
      asm("" : "+r"(made.low), "+r"(made.high));  // so that no compiler makes one move of it
#endif
      return made;
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif
    }
    friend constexpr bool operator==(const raw&, const raw&) noexcept = default;
  };
  static_assert(sizeof(raw) == 16);
  static_assert(std::endian::native == std::endian::little);
  static_assert(sizeof(detail::node*) == sizeof(std::uint64_t));
  static constexpr unsigned length_shift = 48;
  static constexpr unsigned kind_shift = 56;
  static constexpr std::uint64_t high_word(kind k, std::uint8_t length,
                                           std::uint64_t value = 0) noexcept {
    return std::uint64_t{static_cast<std::uint8_t>(k)} << kind_shift |
           std::uint64_t{length} << length_shift | value;
  }

  term(kind k, std::uint64_t word, std::uint32_t half = 0) noexcept
      : raw_{word, high_word(k, 0, half)} {}
  term(kind k, std::string_view text);
  term(kind k, detail::node* fresh) noexcept
      : raw_{std::bit_cast<std::uint64_t>(fresh), high_word(k, shared_mark)} {}
  static term make_host(std::shared_ptr<const void> object, const std::type_info& type);

  template <whole_number Int>
  static std::uint64_t integer_word(Int value) {
    if (!std::in_range<std::int64_t>(value)) refuse_integer();
    return static_cast<std::uint64_t>(static_cast<std::int64_t>(value));
  }
  [[noreturn]] static void refuse_integer();
  template <class T>
  static void expect_in_range(const T& value) {
    if constexpr (whole_number<T>) (void)integer_word(value);
  }
  static std::uint64_t real_word(double value) noexcept;

  void expect(kind k) const {
    if (!is(k)) wrong_kind(k);
  }
  [[noreturn]] void wrong_kind(kind wanted) const;

  [[nodiscard]] std::uint8_t inline_length() const noexcept {
    return static_cast<std::uint8_t>(raw_.high >> length_shift);
  }
  [[nodiscard]] bool is_shared() const noexcept { return inline_length() == shared_mark; }
  [[nodiscard]] std::uint64_t word() const noexcept { return raw_.low; }
  [[nodiscard]] std::uint32_t half() const noexcept {
    return static_cast<std::uint32_t>(raw_.high);
  }
  [[nodiscard]] detail::node& shared() const noexcept {
    return *std::bit_cast<detail::node*>(raw_.low);
  }
  [[nodiscard]] term* terms() const noexcept { return reinterpret_cast<term*>(&shared() + 1); }
  [[nodiscard]] const detail::host_cell& host() const noexcept {
    return *reinterpret_cast<const detail::host_cell*>(&shared() + 1);
  }
  [[nodiscard]] std::string_view characters() const noexcept {
    if (!is_shared()) return {reinterpret_cast<const char*>(&raw_), inline_length()};
    return {reinterpret_cast<const char*>(&shared() + 1), shared().extent()};
  }
  // Pre: shared.
  void give_up() noexcept {
    detail::node& n = shared();
    if (!n.unshare()) return;
    // The last share is gone.
    if (!n.is_flat()) return free_node();
    detail::account::give_back_steps(n.payer.load(std::memory_order_relaxed), &n, 1U + n.arity());
    static_assert(sizeof(detail::node) == detail::ledger::step &&
                  sizeof(term) == detail::ledger::step);
  }
  void free_node() noexcept;
  void free_list() noexcept;

  raw raw_;
};
static_assert(sizeof(term) == 16);

/// A pair. Throws term_error when `head` is nested too deep already.
[[nodiscard]] SOUK_EXPORT term cons(term head, term tail);
/// A vector of the elements.
[[nodiscard]] SOUK_EXPORT term vector(std::span<const term> elements);
/// A record. Pre: the label is interned. Throws term_error beyond 65,535 fields.
[[nodiscard]] SOUK_EXPORT term record(symbol label, std::span<const term> fields);
/// The same; the fields are moved out of the span.
[[nodiscard]] SOUK_EXPORT term record_of_moved(symbol label, std::span<term> fields);
/// The same of values whose terms are inside the handle, and not wild.
template <class... Atoms>
[[nodiscard, gnu::always_inline]] inline term record_of_atoms(symbol label, const Atoms&... atoms) {
  static_assert(sizeof...(Atoms) <= 0xffff, "a record may have at most 65,535 fields");
  (term::expect_in_range(atoms), ...);  // so that nothing fails once there is memory
  const auto [memory, payer] =
      detail::account::take_on_current(sizeof(detail::node) + sizeof...(Atoms) * sizeof(term));
  auto* const fresh = new (memory) detail::node{
      .shares = 1,
      .payer = payer,
      .head = detail::node::pack(
          {.extent = label.base(), .arity = sizeof...(Atoms), .depth = 1, .flat = true})};
  [[maybe_unused]] auto* part = reinterpret_cast<term*>(fresh + 1);
  (new (part++) term(atoms), ...);
  return term{kind::record, fresh};
}
/// The elements as a chain of pairs that ends in `tail`.
[[nodiscard]] SOUK_EXPORT term list_of(std::span<const term> elements, term tail = nil);

/// (a b c)
template <class... Parts>
[[nodiscard]] term list(const Parts&... parts) {
  const std::array<term, sizeof...(Parts)> all{term(parts)...};
  return list_of(all);
}
/// #(a b c)
template <class... Parts>
[[nodiscard]] term make_vector(const Parts&... parts) {
  const std::array<term, sizeof...(Parts)> all{term(parts)...};
  return vector(all);
}
/// A record of that label: make_record("says", who, what).
template <class... Fields>
[[nodiscard]] term make_record(std::string_view label, const Fields&... fields) {
  const std::array<term, sizeof...(Fields)> all{term(fields)...};
  return record(symbol{label}, all);
}
/// An object of the program as an opaque atom, equal only to itself. The term shares its ownership.
template <class T>
[[nodiscard]] term host_object(std::shared_ptr<T> object) {
  return term::make_host(std::move(object), typeid(std::remove_const_t<T>));
}

/// The text of a term, as text.hpp writes it: for logs and messages.
[[nodiscard]] SOUK_EXPORT std::string to_string(const term&);

}  // namespace souk

template <>
struct std::hash<souk::term> {
  std::size_t operator()(const souk::term& t) const noexcept { return t.hash(); }
};
template <>
struct std::hash<souk::pid> {
  std::size_t operator()(const souk::pid& p) const noexcept {
    return (p.vm ^ (std::uint64_t{p.number} * 0x9e3779b97f4a7c15U)) * 0xbf58476d1ce4e5b9U;
  }
};
