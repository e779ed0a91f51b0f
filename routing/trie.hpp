// The topics of a VM's endpoints, so that those that a message or a new endpoint meets are found
// without looking at the others.
//
// Threads    A version is immutable: any number of threads may read it while one makes the next.
// Ownership  Versions are linear: each edit is made from the newest, and the nodes that it replaces
//            go to the graveyard. Whoever publishes versions keeps the graveyard until no reader is
//            in an older one. Each node is charged to the account that was current when it was
//            made.
#pragma once

#include <souk/detail/account_allocator.hpp>
#include <souk/term.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace souk::routing {

/// What the table holds: the VM's record of an endpoint derives from it. It must outlive every
/// version that holds it, and its topic must not change.
struct target {
  term topic;
  // Routes are in the order of these two.
  std::uint64_t age = 0;
  std::uint32_t owner_number = 0;
};

struct trie_node;
class bunch_node;
class fields;

/// Nodes that newer versions do not use any more. Its destructor frees them: to be called when no
/// reader can be in an older version.
class graveyard {
 public:
  graveyard() noexcept = default;
  graveyard(graveyard&& other) noexcept
      : first_{std::exchange(other.first_, nullptr)}, last_{std::exchange(other.last_, nullptr)} {}
  graveyard& operator=(graveyard&& other) noexcept {
    std::swap(first_, other.first_);
    std::swap(last_, other.last_);
    return *this;
  }
  ~graveyard();

  void append(graveyard&& other) noexcept;
  void bury(trie_node&) noexcept;

  [[nodiscard]] bool empty() const noexcept { return first_ == nullptr; }

 private:
  trie_node* first_ = nullptr;
  trie_node* last_ = nullptr;
};

/// One immutable version of the topics of one orientation: a value of one pointer. A copy owns
/// nothing.
class trie {
 public:
  /// No topics.
  trie() noexcept = default;

  /// The next version, with `added`. When it throws, nothing has changed.
  [[nodiscard]] trie with(const target& added, graveyard&) const;
  /// The next version, without `gone`. Pre: it is in. When it throws, nothing has changed.
  [[nodiscard]] trie without(const target& gone, graveyard&) const;
  /// The end of the last version: all its nodes go to the graveyard.
  void clear(graveyard&) && noexcept;

  /// Appends every target whose topic `body` reaches: matches(body, topic). In no order.
  void match(const term& body, std::vector<const target*>& found) const;
  /// Appends every target whose topic has an intersection with `topic`, and the intersection. In no
  /// order.
  void intersect(const term& topic, std::vector<std::pair<const target*, term>>& found) const;

  [[nodiscard]] bool empty() const noexcept { return root_ == nullptr; }
  /// The same version.
  friend bool operator==(trie, trie) noexcept = default;

 private:
  friend class route_cache;

  explicit trie(const std::byte* root) noexcept : root_{root} {}

  const std::byte* root_ = nullptr;  // a link, see trie_node.hpp
};

/// A shard's memory of routes: finds what trie::match finds, sooner when it was asked for before.
/// It allocates when it is new, then no more. One thread.
///
/// What decides the route of a record is mostly its label and some fields, those that the walk
/// through the trie looked at, and of a short list its length and some elements. So routes are
/// remembered by these, and by the stamp of the version's root. The targets of a wide bunch are
/// remembered by its stamp, so that they stay while other topics change. Stamps are never used
/// again; addresses are.
class route_cache {
 public:
  using route = std::span<const target* const>;
  /// Something that whoever reaches this target uses next: it is remembered with a route, so that
  /// the target itself need not be in the processor's caches.
  using companion_function = const void* (*)(const target&) noexcept;

  route_cache() noexcept;
  explicit route_cache(companion_function of) noexcept;
  ~route_cache();

  /// The targets whose topics `body` reaches, by owner and age; valid until the next call, while
  /// `now` is.
  [[nodiscard]] route find(const trie& now, const term& body);
  struct single {
    const target* only = nullptr;
    const void* companion = nullptr;
  };
  /// If there is one, and it is remembered; otherwise nothing, which says nothing.
  [[nodiscard]] single find_single(const trie& now, const term& body) const noexcept;

 private:
  template <class Out>
  friend class reached;
  template <class T>
  using list = std::vector<T, detail::account_allocator<T>>;

  /// The targets of a wide bunch.
  struct crowd_memory {
    std::uint64_t stamp = 0;
    std::uint64_t used = 0;  // the last find that used it
    list<const target*> all;
  };
  /// Which fields have decided routes of bodies of one code (fields.hpp).
  struct shape_memory {
    std::uint64_t code = 0;
    std::uint64_t flat_head = 0;  // what the head of a flat record of that code is; 0: no record
    std::uint64_t stamp = 0;      // of the root
    std::uint64_t fields = 0;
    std::uint64_t id = 0;             // of these three together
    const target* only = nullptr;     // if no field decides, and it is the whole route
    const void* companion = nullptr;  // of that
    std::uint8_t first_field = 0;     // of `fields`
    bool too_deep = false;            // more decides than is remembered
    bool is_intricate = false;        // so, or more than one field
  };
  /// What decides a route: its shape, and at most three fields, all plain.
  static constexpr std::size_t max_fields = 3;
  struct plain_value {
    std::uint64_t low = 0;
    std::uint64_t high = 0;

    friend bool operator==(const plain_value&, const plain_value&) noexcept = default;
  };
  using route_key = std::array<plain_value, max_fields>;
  static constexpr std::size_t max_targets = 7;
  using several = std::array<const target*, max_targets>;
  /// Half a line of the caches, since there are many. What few routes need is beside.
  struct route_memory {
    plain_value key;               // the first of the fields, and the shape
    const target* only = nullptr;  // null: see several_targets
    const void* companion = nullptr;
  };
  static constexpr std::size_t ways = 4;  // for each key
  struct memory;

  void read(const term& part) noexcept;
  void compared(const term& topic) noexcept;
  void unified() noexcept { too_deep_ = true; }
  void operator()(const target* t) { found_.push_back(t); }
  void operator()(const bunch_node&);

  [[nodiscard]] single find_single_of(const shape_memory&, std::uint64_t stamp,
                                      std::span<const term> parts) const noexcept;
  [[nodiscard]] single find_single_of_far_shape(const trie& now, const term& body) const noexcept;
  [[nodiscard]] route walk_through(const trie& now, const term& body);
  [[nodiscard]] route learn(const trie& now, const term& body, const fields& parts, shape_memory&,
                            const route_key&, route_memory* set);
  [[nodiscard]] route_memory& way_to_replace(route_memory* set) noexcept;
  void remember(route found, const shape_memory&, const route_key&, route_memory& here);
  [[nodiscard]] route remembered(const route_memory& here) noexcept;
  [[nodiscard]] const void* companion_of(const target* only) const noexcept {
    return companion_of_ == nullptr ? nullptr : companion_of_(*only);
  }
  void open_shape(shape_memory&, std::uint64_t code, std::uint64_t stamp);
  static void note_fields(shape_memory&) noexcept;
  void refill(crowd_memory&, const bunch_node&);

  list<const target*> found_;
  list<route> lists_;
  list<crowd_memory> crowds_;       // empty until there is use for it
  std::unique_ptr<memory> memory_;  // none: a VM that sends little is small
  companion_function companion_of_ = nullptr;
  std::uint64_t finds_ = 0;

  // What decides the walk that is under way.
  const fields* body_ = nullptr;  // if that is to be learnt
  std::uint64_t fields_read_ = 0;
  bool too_deep_ = false;
};

}  // namespace souk::routing
