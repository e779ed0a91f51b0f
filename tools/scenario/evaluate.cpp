// Templates and guards. Recursion goes no deeper than the document is nested.
#include "tools/scenario/evaluate.hpp"

#include <algorithm>
#include <map>

#include "tools/scenario/quote.hpp"

namespace souk::tool {
namespace {

struct atom_to_term {
  term operator()(bool value) const { return value; }
  term operator()(std::int64_t value) const { return value; }
  term operator()(const symbol_literal& s) const { return symbol{s.name}; }
  term operator()(const string_literal& s) const { return s.text; }
  term operator()(const bytes_literal& b) const { return bytes{b.bytes}; }
};

/// The evaluation of one template: wildcard names belong to it.
class evaluation {
 public:
  explicit evaluation(const environment& names) : names_{names} {}

  term value(const term_template& from) {
    try {
      return std::visit([&](const auto& form) { return value_of(form, from.at); }, from.is);
    } catch (const term_error& error) {  // nested too deep, too many fields
      throw scenario_error(from.at, error.what());
    }
  }

  std::int64_t integer(const term_template& from) {
    const term result = value(from);
    if (!result.is(kind::integer)) {
      throw scenario_error(from.at,
                           "expected an integer, but the value is " + shortened(to_string(result)));
    }
    return result.as_integer();
  }

 private:
  term value_of(const atom& literal, const place&) { return std::visit(atom_to_term{}, literal); }

  term value_of(const wildcard_template& w, const place&) {
    if (w.name == "_") return wild();
    return variables_.try_emplace(w.name, wild()).first->second;
  }

  term value_of(const name_template& reference, const place& at) {
    if (const term* found = names_.find(reference.name)) return *found;
    throw scenario_error(at, "the name " + in_quotes(reference.name) + " is not bound here");
  }

  term value_of(const arithmetic_template& form, const place& at) {
    std::int64_t result = integer(form.operands.front());
    for (std::size_t i = 1; i < form.operands.size(); ++i) {
      const std::int64_t operand = integer(form.operands[i]);
      const bool overflow = form.add ? __builtin_add_overflow(result, operand, &result)
                                     : __builtin_sub_overflow(result, operand, &result);
      if (overflow) throw scenario_error(at, "the result does not fit an integer of 64 bits");
    }
    return result;
  }

  term value_of(const append_template& form, const place&) {
    const auto front = elements(form.parts[0]);
    const auto back = elements(form.parts[1]);
    return list_of(front, list_of(back));
  }

  term value_of(const list_template& form, const place&) { return list_of(values(form.elements)); }

  term value_of(const cons_template& form, const place&) {
    term head = value(form.head_and_tail[0]);
    return cons(std::move(head), value(form.head_and_tail[1]));
  }

  term value_of(const vector_template& form, const place&) { return vector(values(form.elements)); }

  term value_of(const record_template& form, const place&) {
    return record(symbol{form.label}, values(form.fields));
  }

  std::vector<term> values(const template_list& templates) {
    std::vector<term> out;
    out.reserve(templates.size());
    for (const auto& each : templates) out.push_back(value(each));
    return out;
  }

  std::vector<term> elements(const term_template& from) {
    const term list = value(from);
    std::vector<term> out;
    const term* rest = &list;
    for (; rest->is(kind::pair); rest = &rest->tail()) out.push_back(rest->head());
    if (!rest->is(kind::nil)) {
      throw scenario_error(from.at,
                           "expected a list, but the value is " + shortened(to_string(list)));
    }
    return out;
  }

  const environment& names_;
  std::map<std::string, term, std::less<>> variables_;
};

struct guard_check {
  const environment& names;

  bool operator()(const equal_guard& g) const {
    return evaluate(g.left, names) == evaluate(g.right, names);
  }
  bool operator()(const less_guard& g) const {
    const std::int64_t left = evaluate_integer(g.left, names);
    return left < evaluate_integer(g.right, names);
  }
  bool operator()(const ground_guard& g) const { return evaluate(g.value, names).is_ground(); }
  bool operator()(const not_guard& g) const { return !holds(g.negated.front(), names); }
  bool operator()(const and_guard& g) const {
    return std::ranges::all_of(g.all, [&](const guard& each) { return holds(each, names); });
  }
  bool operator()(const or_guard& g) const {
    return std::ranges::any_of(g.any, [&](const guard& each) { return holds(each, names); });
  }
};

}  // namespace

std::string scenario_error::text(const std::string& file) const {
  return file + ":" + std::to_string(line_) + ": at " + pointer_ + ": " + what();
}

term evaluate(const term_template& from, const environment& names) {
  return evaluation{names}.value(from);
}

std::int64_t evaluate_integer(const term_template& from, const environment& names) {
  return evaluation{names}.integer(from);
}

named_terms evaluate(const bindings& let, const environment& names) {
  named_terms out;
  out.reserve(let.size());
  for (const auto& [name, value] : let) out.emplace_back(name, evaluate(value, names));
  return out;
}

bool holds(const guard& condition, const environment& names) {
  return std::visit(guard_check{names}, condition.is);
}

}  // namespace souk::tool
