// All of souk: what a program that uses it includes.
#pragma once

#include <souk/action.hpp>
#include <souk/convert.hpp>
#include <souk/custodian.hpp>
#include <souk/endpoint.hpp>
#include <souk/error.hpp>
#include <souk/event.hpp>
#include <souk/ground.hpp>
#include <souk/guard.hpp>
#include <souk/parameter.hpp>
#include <souk/pattern.hpp>
#include <souk/process.hpp>
#include <souk/record.hpp>
#include <souk/reflection.hpp>
#include <souk/role.hpp>
#include <souk/symbol.hpp>
#include <souk/tcp.hpp>
#include <souk/term.hpp>
#include <souk/text.hpp>
#include <souk/timer.hpp>
#include <souk/version.hpp>
#include <souk/vm.hpp>
#include <souk/will.hpp>
