// A process for each TCP connection: between the socket and the conversation about it.
//
//     socket --bytes or lines--> channel (remote -> local) --> the program's subscribers
//     socket <------bytes------- channel (local -> remote) <-- the program's publishers
//
// Threads    a process of the ground VM.
// Ownership  Its state owns the stream: when the process ends, what was written is sent and the
//            socket closes. While a recorded run is repeated there is no stream: what handlers ask
//            of it is recorded (ask_world), and what it would be told is left out.
// C1  Nothing is taken from the socket while no subscriber is there to receive it: a connection
//     that ends before its session begins is still told to the session.
// C2  Each channel ends by itself: `finish` and absence for input, half close for output. An error
//     ends both.
#pragma once

#include <souk/process.hpp>
#include <souk/tcp.hpp>

#include <memory>

#include "ground/stream.hpp"

namespace souk::tcp {

/// The process for a connection from `remote` that was accepted on `local`; `socket` is a host
/// object.
[[nodiscard]] spawn_action accepted_connection(const term& local, const term& remote,
                                               const term& socket, const options& how);
/// The process that connects `local`, a handle, to `remote`, an address.
[[nodiscard]] spawn_action outgoing_connection(const term& local, const term& remote,
                                               const options& how);

[[nodiscard]] ground::stream_options stream_options_of(const options& how);

}  // namespace souk::tcp
