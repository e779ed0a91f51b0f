// souk for C, and for all languages that can call C: a VM, its processes, the terms they exchange.
//
// A thin layer over souk.hpp: the same VM and the same rules (docs/semantics.md; the capitals below
// name them). docs/embedding.md shows how it goes together. What is not here (nested VMs, the
// ground VM, custodians) is in C++ only.
//
// A process is a function and a state. The function is called with one event after the other, the
// first of which is its start, and answers with actions.
//
// Ownership  `const souk_term *`, taken: looked at, it stays the caller's.  `souk_term *`,
//            returned: the caller's, until souk_term_free().  `const souk_term *`, returned: a part
//            of what was asked, and there as long.  A `state` with its `destroy`: souk's from the
//            call on, also if the call fails.
// Errors     A function that can fail returns a souk_status, or null. souk_error() and
//            souk_error_message() say more. A failed call changes nothing. A term that is null is
//            refused; so terms can be built in one another, and it is enough to look at the end.
// Threads    Terms: any thread may read, copy and free one; nobody else while it is freed. A VM:
//            one thread at a time, but for souk_vm_shut_down(). Errors are a thread's own.
// Exceptions None leaves a function of this header, and none may leave a function handed to it.
// Versions   SOUK_C_API goes up when functions are added. What is here stays as it is, until the
//            number in the name of the shared library (SOVERSION) changes.
#ifndef SOUK_SOUK_H
#define SOUK_SOUK_H

// NOLINTBEGIN(modernize-deprecated-headers, readability-identifier-naming): this is C
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "souk/export.hpp"  // macros alone, for either language

#ifdef __cplusplus
extern "C" {
#endif

#define SOUK_C_API 1

// SOUK_C_API of the library in use.
SOUK_EXPORT int souk_c_api(void);
// "0.1.0": the version of the library in use.
SOUK_EXPORT const char* souk_version(void);

// --- errors --------------------------------------------------------------------------------------

typedef enum souk_status {
  SOUK_OK = 0,
  SOUK_ERROR_USAGE = 1,   // the call makes no sense: null, or a number that means nothing
  SOUK_ERROR_TERM = 2,    // a term is not what it was taken for, or too large; or no text of one
  SOUK_ERROR_MEMORY = 3,  // there is no more, or the VM may have no more
  SOUK_ERROR_FAILED = 4   // anything else: the message says what
} souk_status;

// Of the last call on this thread that failed; SOUK_OK and "" if none did. The text is there until
// the next one that fails on this thread.
SOUK_EXPORT souk_status souk_error(void);
SOUK_EXPORT const char* souk_error_message(void);
// For handlers: that message becomes that of this thread. Returns SOUK_ERROR_FAILED.
SOUK_EXPORT souk_status souk_fail(const char* message);

// --- terms ---------------------------------------------------------------------------------------
// Immutable values, and patterns: terms with wildcards (TOP-1 to TOP-7).

typedef struct souk_term souk_term;

typedef enum souk_kind {
  SOUK_KIND_BOOLEAN = 0,
  SOUK_KIND_INTEGER = 1,
  SOUK_KIND_REAL = 2,
  SOUK_KIND_SYMBOL = 3,
  SOUK_KIND_PID = 4,
  SOUK_KIND_WILDCARD = 5,
  SOUK_KIND_NIL = 6,  // the empty list
  SOUK_KIND_STRING = 7,
  SOUK_KIND_BYTES = 8,
  SOUK_KIND_ERROR = 9,  // why a process crashed
  SOUK_KIND_PAIR = 10,  // head and tail: lists are made of them
  SOUK_KIND_VECTOR = 11,
  SOUK_KIND_RECORD = 12,
  SOUK_KIND_HOST = 13  // an object of a C++ program
} souk_kind;

// As a size: up to the first NUL.
#define SOUK_TO_NUL SIZE_MAX

SOUK_EXPORT souk_term* souk_boolean(bool value);
SOUK_EXPORT souk_term* souk_integer(int64_t value);
SOUK_EXPORT souk_term* souk_real(double value);
// A text, UTF-8. `size` is in bytes, or SOUK_TO_NUL.
SOUK_EXPORT souk_term* souk_string(const char* text, size_t size);
SOUK_EXPORT souk_term* souk_bytes(const void* data, size_t size);
SOUK_EXPORT souk_term* souk_symbol(const char* name);
// Equal to no other; `name` is for people.
SOUK_EXPORT souk_term* souk_fresh_symbol(const char* name);
// A wildcard that is no other's. In two places of a term it stands for the same value in both.
SOUK_EXPORT souk_term* souk_any(void);
// The wildcard of that name: twice in a term it stands twice for the same value (TOP-5).
SOUK_EXPORT souk_term* souk_variable(const char* name);
// Of `count` terms.
SOUK_EXPORT souk_term* souk_list(const souk_term* const* items, size_t count);
SOUK_EXPORT souk_term* souk_vector(const souk_term* const* items, size_t count);
SOUK_EXPORT souk_term* souk_record(const char* label, const souk_term* const* items, size_t count);
// The term of a text such as `(say ?who "hello")`: see text.hpp.
SOUK_EXPORT souk_term* souk_read(const char* text, size_t size);

SOUK_EXPORT souk_term* souk_term_copy(const souk_term* term);
// Null: nothing.
SOUK_EXPORT void souk_term_free(souk_term* term);

// Pre for what follows: not null.
SOUK_EXPORT souk_kind souk_term_kind(const souk_term* term);
SOUK_EXPORT souk_status souk_term_boolean(const souk_term* term, bool* value);
SOUK_EXPORT souk_status souk_term_integer(const souk_term* term, int64_t* value);
SOUK_EXPORT souk_status souk_term_real(const souk_term* term, double* value);
// The bytes of a string, of bytes or of an error; the name of a symbol, of a fresh one without its
// number; the label of a record. No NUL follows them; they are there as long as the term.
SOUK_EXPORT souk_status souk_term_text(const souk_term* term, const char** data, size_t* size);
// The elements of a vector, the fields of a record, head and tail of a pair; of others 0.
SOUK_EXPORT size_t souk_term_count(const souk_term* term);
// Null: there are not so many.
SOUK_EXPORT const souk_term* souk_term_part(const souk_term* term, size_t index);
SOUK_EXPORT bool souk_term_equal(const souk_term* left, const souk_term* right);
// Whether a message reaches a topic (TOP-7); false also if there is no memory to find out.
SOUK_EXPORT bool souk_term_matches(const souk_term* body, const souk_term* topic);
// The text, as souk_read() reads it, and a NUL; cut off where the room ends. Returns its size
// without the NUL, whatever the room is; 0: it failed.
SOUK_EXPORT size_t souk_term_write(const souk_term* term, char* room, size_t size);

// --- events --------------------------------------------------------------------------------------
// What a process is called with. An event and its parts are there until the handler returns.

typedef struct souk_event souk_event;

typedef enum souk_event_kind {
  SOUK_EVENT_START = 0,     // the first of each process, and nobody's doing
  SOUK_EVENT_PRESENCE = 1,  // a peer is there
  SOUK_EVENT_ABSENCE = 2,   // it is not there any more
  SOUK_EVENT_MESSAGE = 3
} souk_event_kind;

typedef enum souk_orientation { SOUK_PUBLISHER = 0, SOUK_SUBSCRIBER = 1 } souk_orientation;

typedef enum souk_interest {
  SOUK_PARTICIPANT = 0,  // takes part, and is seen
  SOUK_OBSERVER = 1,     // sees participants, and is not seen by them
  SOUK_EVERYTHING = 2    // sees all three (INT-1)
} souk_interest;

SOUK_EXPORT souk_event_kind souk_event_which(const souk_event* event);
// The pid of the process that is called.
SOUK_EXPORT const souk_term* souk_event_self(const souk_event* event);
// The id of its endpoint that hears it; null at the start.
SOUK_EXPORT const souk_term* souk_event_endpoint(const souk_event* event);
// Of presence and absence: what both have in common (PRE-4). Of a message: the message. Null at the
// start.
SOUK_EXPORT const souk_term* souk_event_topic(const souk_event* event);
// Of the peer, or of the sending. Pre: not the start.
SOUK_EXPORT souk_orientation souk_event_orientation(const souk_event* event);
SOUK_EXPORT souk_interest souk_event_interest(const souk_event* event);
// Why a peer is absent: what was given as reason, the error of a crash, or false (ABS-2). Null: no
// absence.
SOUK_EXPORT const souk_term* souk_event_reason(const souk_event* event);

// --- processes and what they do ------------------------------------------------------------------

typedef struct souk_actions souk_actions;

// Handles an event: may change the state, and adds actions to `out`, which are performed together
// and in order when it has returned (ORD-1, ORD-3). Anything but SOUK_OK is a crash of the process:
// its actions of this call are dropped, it quits, and its peers see absence with the message of
// this thread (CRA-1); so `return souk_send(out, body);` does for the last action. A process is
// called by one thread at a time; which one, the VM says (docs/embedding.md). It may not call the
// VM.
typedef souk_status (*souk_handler)(void* state, const souk_event* event, souk_actions* out);
// Called once, when no handler will be called with the state any more; on any thread.
typedef void (*souk_destroy)(void* state);

// Sends to all endpoints of subscribers that match; to those of publishers (MSG-1 to MSG-6).
SOUK_EXPORT souk_status souk_send(souk_actions* out, const souk_term* body);
SOUK_EXPORT souk_status souk_send_feedback(souk_actions* out, const souk_term* body);
// Adds an endpoint. `id` names it within its process; null: a fresh symbol does, which events tell.
// An id in use with another role is a crash (D-1).
SOUK_EXPORT souk_status souk_add_endpoint(souk_actions* out, const souk_term* id,
                                          souk_orientation orientation, souk_interest interest,
                                          const souk_term* topic);
// Its peers see absence with the reason; null: with false. An unknown id: nothing.
SOUK_EXPORT souk_status souk_delete_endpoint(souk_actions* out, const souk_term* id,
                                             const souk_term* reason);
// Starts a process: SOUK_EVENT_START is handled before anything else of this one goes on (SPN-1).
// `name` is for people, or null. `destroy` may be null, then the state stays the caller's.
SOUK_EXPORT souk_status souk_spawn(souk_actions* out, const souk_term* name, souk_handler handler,
                                   void* state, souk_destroy destroy);
// Ends this process; another one, by its pid. Peers see absence with the reason; null: with false.
SOUK_EXPORT souk_status souk_quit(souk_actions* out, const souk_term* reason);
SOUK_EXPORT souk_status souk_quit_process(souk_actions* out, const souk_term* pid,
                                          const souk_term* reason);

// --- the VM --------------------------------------------------------------------------------------

typedef struct souk_vm souk_vm;

typedef enum souk_vm_kind {
  SOUK_FUNCTIONAL = 0,  // on the thread that runs it, and on no other
  SOUK_PARALLEL = 1     // on workers of its own, which go on between the calls, too
} souk_vm_kind;

typedef struct souk_vm_options {
  size_t size;  // sizeof(souk_vm_options), so that there can be more members one day
  souk_vm_kind kind;
  unsigned workers;  // parallel: how many threads at most; 0: one for each core
  bool own_threads;  // parallel: not those of oneTBB, which the program may share
  // Hears of each process that crashed: its pid, its name or false, and why. Null: nobody does.
  // The parallel VM calls it on its workers, several at a time. It may not call the VM.
  void (*on_crash)(void* context, const souk_term* pid, const souk_term* name, const char* why);
  void* context;
} souk_vm_options;

// A VM with one process, which is started here, or when the VM is first run or sent something. Null
// options: those that are all 0. Null: it failed, and the state is destroyed.
SOUK_EXPORT souk_vm* souk_vm_new(const souk_vm_options* options, souk_handler handler, void* state,
                                 souk_destroy destroy);
// Until no process has anything to do. A parallel VM: waits until its workers have got there.
SOUK_EXPORT souk_status souk_vm_run(souk_vm* vm);
// One round: each process does what it has to do by now (ORD-1). `more`: whether there is something
// to do after it. A parallel VM has no rounds, this is souk_vm_run().
SOUK_EXPORT souk_status souk_vm_run_round(souk_vm* vm, bool* more);
// A message from outside (INJ-1). The functional VM handles it when it runs; the workers of a
// parallel one begin at once.
SOUK_EXPORT souk_status souk_vm_send(souk_vm* vm, const souk_term* body);
// Ends all its processes; what waits there is dropped. Any thread, while there is the VM.
SOUK_EXPORT souk_status souk_vm_shut_down(souk_vm* vm, const souk_term* reason);
SOUK_EXPORT bool souk_vm_is_shut_down(const souk_vm* vm);
// Performs nothing more, ends its threads, destroys the states. (A parallel VM still calls handlers
// with what was on its way to them.) Null: nothing.
SOUK_EXPORT void souk_vm_free(souk_vm* vm);

#ifdef __cplusplus
}
#endif
// NOLINTEND(modernize-deprecated-headers, readability-identifier-naming)

#endif
