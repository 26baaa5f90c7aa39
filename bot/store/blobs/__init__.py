"""The sealed files of cases: in a folder of this machine, or in object storage that speaks S3.

A file is whole or not there: what is written gets its name at the end. Its name is random and says
nothing about case or person; what it holds was sealed before it arrives here.

Why no parts of an upload: an upload in parts that is broken off lies in a bucket where no listing
shows it, so an erasure would not find it. A file of a case has at most 20 MB, and is put at once.
"""
