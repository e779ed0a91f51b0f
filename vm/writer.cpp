#include <souk/text.hpp>

#include "vm/lexis.hpp"

#include <cxxabi.h>

#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <memory_resource>
#include <unordered_map>
#include <vector>

namespace souk {
namespace {

template <class Number>
void put_number(std::string& out, Number value, auto... base) {
  std::array<char, 32> digits{};  // enough for any double and any 64-bit integer
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value, base...).ptr;
  out.append(digits.data(), end);
}

void put_real(std::string& out, double value) {
  if (std::isnan(value)) {
    out += "+nan.0";
  } else if (std::isinf(value)) {
    out += value < 0 ? "-inf.0" : "+inf.0";
  } else {
    const std::size_t start = out.size();
    put_number(out, value);
    if (out.find_first_of(".e", start) == std::string::npos) out += ".0";
  }
}

enum class charset { utf8, ascii };

// `text` between two `quote`s.
void put_quoted(std::string& out, char quote, std::string_view text,
                charset plain = charset::utf8) {
  out += quote;
  while (!text.empty()) {
    const char c = text[0];
    std::size_t size = detail::printable_size(text);
    if (plain == charset::ascii && size > 1) size = 0;
    if (c == quote || c == '\\') {
      out += '\\';
      out += c;
    } else if (size > 0) {
      out += text.substr(0, size);
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c == '\r') {
      out += "\\r";
    } else {
      detail::append_byte_escape(out, c);
    }
    text.remove_prefix(size > 0 ? size : 1);
  }
  out += quote;
}

void put_name(std::string& out, std::string_view name) {
  if (detail::is_bare(name)) {
    out += name;
  } else {
    put_quoted(out, '|', name);
  }
}

void put_symbol(std::string& out, symbol s) {
  put_name(out, s.base_name());
  if (s.serial() == 0) return;
  out += '#';
  put_number(out, s.serial());
}

void put_pid(std::string& out, pid p) {
  out += "#pid[";
  put_number(out, p.vm, 16);
  out += ':';
  put_number(out, p.number);
  out += ']';
}

// For people: no reader can make the same object of it.
void put_host(std::string& out, const term& t) {
  int fault = 0;
  const char* const mangled = t.host_type().name();
  const std::unique_ptr<char, void (*)(void*)> readable{
      abi::__cxa_demangle(mangled, nullptr, nullptr, &fault), std::free};
  out += "#<host ";
  out += fault == 0 ? readable.get() : mangled;
  out += " 0x";
  put_number(out, std::bit_cast<std::uintptr_t>(t.host_address()), 16);
  out += '>';
}

// What the wildcards of one term are called in its text.
class wildcard_names {
 public:
  explicit wildcard_names(const term& t) {
    collect(t);
    // A canonical variable is its own number, so `seen_` tells which numbers are taken.
    std::uint64_t number = 0;
    for (const std::uint64_t id : unnamed_) {
      entry& e = seen_.at(id);
      if (!e.repeated) continue;
      while (seen_.contains(number)) ++number;
      e.number = number++;
    }
  }

  void put(std::string& out, wildcard w) const {
    out += '?';
    if (const auto name = w.name()) {
      put_name(out, name->base_name());
    } else if (const entry& e = seen_.at(w.id); w.is_canonical() || e.repeated) {
      put_number(out, w.is_canonical() ? w.id : e.number);
    }
  }

 private:
  struct entry {
    bool repeated = false;
    std::uint64_t number = 0;
  };

  void collect(const term& t) {
    const term* at = &t;
    for (; at->is(kind::pair) && !at->is_ground(); at = &at->tail()) collect(at->head());
    if (at->is_ground()) return;
    if (at->is(kind::wildcard)) return add(at->as_wildcard());
    for (const term& part : at->parts()) collect(part);
  }

  void add(wildcard w) {
    const auto [place, is_new] = seen_.try_emplace(w.id);
    place->second.repeated = !is_new;
    if (is_new && !w.is_canonical() && !w.name()) unnamed_.push_back(w.id);
  }

  std::pmr::unordered_map<std::uint64_t, entry> seen_{&detail::account::current()};
  std::pmr::vector<std::uint64_t> unnamed_{&detail::account::current()};
};

class printer {
 public:
  printer(std::string& out, const wildcard_names* names) : out_{out}, names_{names} {}

  // Recurses at most max_term_depth deep (N1).
  void put(const term& t) {
    switch (t.which()) {
      case kind::boolean: out_ += t.as_boolean() ? "#t" : "#f"; return;
      case kind::integer: return put_number(out_, t.as_integer());
      case kind::real: return put_real(out_, t.as_real());
      case kind::symbol: return put_symbol(out_, t.as_symbol());
      case kind::pid: return put_pid(out_, t.as_pid());
      case kind::wildcard: return names_->put(out_, t.as_wildcard());
      case kind::nil: out_ += "()"; return;
      case kind::string: return put_quoted(out_, '"', t.as_string());
      case kind::bytes: out_ += '#'; return put_quoted(out_, '"', t.as_bytes(), charset::ascii);
      case kind::error: out_ += "#error"; return put_quoted(out_, '"', t.as_error());
      case kind::pair: return put_list(t);
      case kind::vector: out_ += "#("; return put_rest(t, "");
      case kind::record:
        out_ += "#s(";
        put_symbol(out_, t.label());
        return put_rest(t, " ");
      case kind::host: return put_host(out_, t);
    }
  }

 private:
  void put_list(const term& list) {
    out_ += '(';
    put(list.head());
    const term* rest = &list.tail();
    for (; rest->is(kind::pair); rest = &rest->tail()) {
      out_ += ' ';
      put(rest->head());
    }
    if (!rest->is(kind::nil)) {
      out_ += " . ";
      put(*rest);
    }
    out_ += ')';
  }

  void put_rest(const term& t, std::string_view separator) {
    for (const term& part : t.parts()) {
      out_ += separator;
      put(part);
      separator = " ";
    }
    out_ += ')';
  }

  std::string& out_;
  const wildcard_names* names_;  // null for a ground term, which needs none
};

}  // namespace

void write(std::string& out, const term& t) {
  if (t.is_ground()) return printer{out, nullptr}.put(t);
  const wildcard_names names{t};
  printer{out, &names}.put(t);
}

std::string to_string(const term& t) {
  std::string text;
  write(text, t);
  return text;
}

}  // namespace souk
