// A thread of the engine process: when standard input ends, the parent is gone, and so is this process at once.
import { read } from 'node:fs'

function listen(): void {
  read(0, Buffer.alloc(1), (error, bytes) => {
    if (error || bytes === 0) process.kill(process.pid, 'SIGKILL')
    else listen()
  })
}

listen()
